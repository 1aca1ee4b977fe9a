#pragma once

#include <thread>
#include <vector>

#include "engine/loop/executor.h"

namespace dfs {

// Threads for calls that block (file I/O, fsync). libuv's own pool is process-wide and has four threads;
// these belong to one server and end with it.
class Workers {
 public:
  explicit Workers(unsigned threads);
  ~Workers();  // waits for the queue to drain

  void post(UniqueFunction<void()> fn);

  // Runs fn on a worker and resumes the caller on the executor it awaits from.
  template <class F>
  auto run(F fn) -> Task<decltype(fn())> {
    using T = decltype(fn());
    Executor* home = Executor::current();
    DFS_CHECK(home != nullptr);
    Oneshot<T> result;
    post([home, &result, fn = std::move(fn)]() mutable {
      // The value travels inside the submitted closure: `result` is only touched on the home thread.
      home->submit([&result, value = fn()]() mutable { result.set(std::move(value)); });
    });
    co_return co_await result;
  }

 private:
  void serve();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<UniqueFunction<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace dfs
