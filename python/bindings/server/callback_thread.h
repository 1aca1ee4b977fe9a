#pragma once

#include <pybind11/pybind11.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "engine/loop/executor.h"

namespace dfs::python {

// The one Python thread that calls back into scripts. Loop threads never take the GIL: a call into Python
// suspends its request, runs here, and its result goes home through the request's executor.
class CallbackThread {
 public:
  // The body of the Python thread: runs jobs, each with the GIL, until stop().
  void run();
  // No further jobs; run() returns once the queue is empty. Jobs posted later run on nobody and are dropped.
  void stop();
  // Thread-safe; needs no GIL.
  void post(UniqueFunction<void()> job);

  // Runs fn on the Python thread and resumes the caller where it awaited.
  template <class F>
  auto call(F fn) -> Task<decltype(fn())> {
    using T = decltype(fn());
    Executor* home = Executor::current();
    DFS_CHECK(home != nullptr);
    Oneshot<T> result;
    post([home, &result, fn = std::move(fn)]() mutable {
      home->submit([&result, value = fn()]() mutable { result.set(std::move(value)); });
    });
    co_return co_await result;
  }
  // The same for threads that may block, and never for a loop's.
  template <class F>
  auto call_and_wait(F fn) -> decltype(fn()) {
    return run_blocking(call(std::move(fn)));
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<UniqueFunction<void()>> jobs_;  // changes under mutex_
  bool stopping_ = false;                    // changes under mutex_
};

}  // namespace dfs::python
