#include "engine/trace/writer_thread.h"

namespace dfs {

WriterThread::WriterThread(size_t max_bytes, UniqueFunction<void()> idle)
    : max_bytes_(max_bytes), idle_(std::move(idle)), thread_([this] { serve(); }) {}

WriterThread::~WriterThread() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

bool WriterThread::post(size_t bytes, UniqueFunction<void()> job) {
  {
    std::lock_guard lock(mutex_);
    if (bytes != 0 && waiting_ != 0 && waiting_ + bytes > max_bytes_) {
      ++lost_;
      return false;
    }
    waiting_ += bytes;
    jobs_.push_back({bytes, std::move(job)});
  }
  wake_.notify_one();
  return true;
}

u64 WriterThread::take_lost() {
  std::lock_guard lock(mutex_);
  return std::exchange(lost_, 0);
}

void WriterThread::wait_idle() {
  std::unique_lock lock(mutex_);
  rests_.wait(lock, [&] { return jobs_.empty() && !working_; });
}

void WriterThread::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    working_ = true;
    while (!jobs_.empty()) {
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job.run();
      lock.lock();
      waiting_ -= job.bytes;
    }
    lock.unlock();
    idle_();
    lock.lock();
    working_ = false;
    rests_.notify_all();
  }
}

}  // namespace dfs
