#include "python/bindings/server/callback_thread.h"

namespace dfs::python {

void CallbackThread::run() {
  pybind11::gil_scoped_release no_gil;
  for (;;) {
    UniqueFunction<void()> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    pybind11::gil_scoped_acquire gil;
    job();
    job = {};  // what it captured of Python's dies here, with the GIL
  }
}

void CallbackThread::stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
}

void CallbackThread::post(UniqueFunction<void()> job) {
  std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  wake_.notify_one();
}

}  // namespace dfs::python
