#include "python/bindings/server/script_threads.h"

#include <pybind11/pybind11.h>

#include <thread>

namespace dfs::python {

void ScriptThreads::post(UniqueFunction<void()> job) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  jobs_.push_back(std::move(job));
  call_somebody();
}

void ScriptThreads::stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  change_.notify_all();
}

void ScriptThreads::call_somebody() {
  if (jobs_.empty() || taken_) return;
  if (idle_ == 0) {
    ++idle_;
    std::thread([self = shared_from_this()] { self->work(); }).detach();
  }
  change_.notify_all();
}

void ScriptThreads::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    change_.wait(lock,
                 [&] { return (stopping_ && jobs_.empty()) || (!jobs_.empty() && !taken_ && back_ == 0); });
    --idle_;
    if (jobs_.empty()) return;
    UniqueFunction<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    taken_ = true;
    lock.unlock();
    {
      pybind11::gil_scoped_acquire gil;
      job();
      job = {};  // what it captured of Python's dies here, with the GIL
    }
    lock.lock();
    taken_ = false;
    ++idle_;
    change_.notify_all();
  }
}

void ScriptThreads::give_turn() {
  std::lock_guard lock(mutex_);
  taken_ = false;
  call_somebody();
  change_.notify_all();
}

void ScriptThreads::take_turn() {
  std::unique_lock lock(mutex_);
  ++back_;
  change_.wait(lock, [&] { return !taken_; });
  --back_;
  taken_ = true;
}

}  // namespace dfs::python
