#pragma once

#include <coroutine>
#include <mutex>
#include <vector>

#include "engine/loop/executor.h"

namespace dfs::nfs4 {

// One after the other, in the order they came: requests that an owner's seqid puts in order (RFC 7530 9.1.7).
// Whoever has to wait is suspended and resumed on its own loop.
class Turn {
 public:
  bool try_take() {
    std::lock_guard lock(mutex_);
    if (taken_) return false;
    return taken_ = true;
  }
  // co_await turn.take(): pass() is then the caller's duty.
  struct Take {
    Turn& turn;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> h) {
      std::lock_guard lock(turn.mutex_);
      if (!turn.taken_) return !(turn.taken_ = true);
      turn.waiting_.push_back({h, Executor::current()});
      return true;
    }
    void await_resume() const noexcept {}
  };
  Take take() { return {*this}; }

  void pass() {
    Waiter next;
    {
      std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        taken_ = false;
        return;
      }
      next = waiting_.front();
      waiting_.erase(waiting_.begin());
    }
    next.home->submit([task = next.task] { task.resume(); });
  }

 private:
  struct Waiter {
    std::coroutine_handle<> task;
    Executor* home = nullptr;
  };
  std::mutex mutex_;
  bool taken_ = false;           // changes under mutex_
  std::vector<Waiter> waiting_;  // changes under mutex_
};

}  // namespace dfs::nfs4
