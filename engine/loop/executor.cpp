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

void BlockingExecutor::run_until(const bool& done) {
  while (!done) {
    UniqueFunction<void()> fn;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return !queue_.empty(); });
      fn = std::move(queue_.front());
      queue_.pop_front();
    }
    fn();
  }
}

}  // namespace dfs
