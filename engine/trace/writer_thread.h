#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "engine/base/bytes.h"
#include "engine/base/function_ref.h"

namespace dfs {

// A thread that writes what others hand it, in order, so that they never wait for a disk. What waits is
// bounded: beyond that it is lost, and counted.
class WriterThread {
 public:
  // `idle` runs on the thread whenever nothing is left to do.
  WriterThread(size_t max_bytes, UniqueFunction<void()> idle);
  ~WriterThread();  // when everything handed to it is done

  // Runs `job` on the thread; it keeps about this many bytes until then, 0: it is always taken. False: it is
  // lost. Any thread.
  bool post(size_t bytes, UniqueFunction<void()> job);
  // How many were lost since this was last asked.
  u64 take_lost();
  // Returns when everything handed to it before is done, `idle` included.
  void wait_idle();

 private:
  struct Job {
    size_t bytes;
    UniqueFunction<void()> run;
  };
  void serve();

  const size_t max_bytes_;
  UniqueFunction<void()> idle_;
  std::mutex mutex_;
  std::condition_variable wake_, rests_;
  std::deque<Job> jobs_;  // changes under mutex_, and so do the next
  size_t waiting_ = 0;
  u64 lost_ = 0;
  bool working_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace dfs
