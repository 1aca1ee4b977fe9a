#pragma once

#include "engine/loop/task.h"

namespace dfs {

// Owns detached tasks: each runs until it ends, and the scope's owner can wait until none is left. Every
// detached task of the server belongs to one, so nothing outlives what it uses.
class TaskScope {
 public:
  TaskScope() = default;
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope() { DFS_CHECK(running_ == 0); }

  // Starts the task now; it runs on this thread until it first suspends.
  void spawn(Task<void> task) { run(std::move(task), this); }
  size_t running() const { return running_; }

  // Resumes when the last task has ended. One waiter at a time.
  bool await_ready() const noexcept { return running_ == 0; }
  void await_suspend(std::coroutine_handle<> h) noexcept { waiter_ = h; }
  void await_resume() noexcept {}

 private:
  struct Detached {
    struct promise_type {
      static void* operator new(size_t n) { return frame_alloc(n); }
      static void operator delete(void* p, size_t n) noexcept { frame_free(p, n); }
      Detached get_return_object() { return {}; }
      std::suspend_never initial_suspend() noexcept { return {}; }
      std::suspend_never final_suspend() noexcept { return {}; }
      void return_void() {}
      [[noreturn]] void unhandled_exception() {
        check_failed(__FILE__, __LINE__, "no exception leaves a Task");
      }
    };
  };
  static Detached run(Task<void> task, TaskScope* scope) {
    ++scope->running_;
    co_await task;
    task = Task<void>();
    if (--scope->running_ == 0 && scope->waiter_) std::exchange(scope->waiter_, nullptr).resume();
  }

  size_t running_ = 0;
  std::coroutine_handle<> waiter_;
};

}  // namespace dfs
