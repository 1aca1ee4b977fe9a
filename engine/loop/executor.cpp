#include "engine/loop/executor.h"

namespace dfs {
namespace {
thread_local Executor* current_executor = nullptr;
}

Executor* Executor::current() { return current_executor; }
Executor* Executor::make_current(Executor* e) { return std::exchange(current_executor, e); }

void BlockingExecutor::submit(UniqueFunction<void()> fn) {
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(fn));
  wake_.notify_one();
}

void BlockingExecutor::submit_after(Nanos delay, UniqueFunction<void()> fn) {
  std::lock_guard lock(mutex_);
  delayed_.emplace(std::chrono::steady_clock::now() + std::chrono::nanoseconds(delay), std::move(fn));
  wake_.notify_one();
}

void BlockingExecutor::run_until(const bool& done) {
  while (!done) {
    UniqueFunction<void()> fn;
    {
      std::unique_lock lock(mutex_);
      for (;;) {
        const auto now = std::chrono::steady_clock::now();
        if (!delayed_.empty() && delayed_.begin()->first <= now) {
          fn = std::move(delayed_.begin()->second);
          delayed_.erase(delayed_.begin());
          break;
        }
        if (!queue_.empty()) {
          fn = std::move(queue_.front());
          queue_.pop_front();
          break;
        }
        if (delayed_.empty())
          wake_.wait(lock);
        else
          wake_.wait_until(lock, delayed_.begin()->first);
      }
    }
    fn();
  }
}

}  // namespace dfs
