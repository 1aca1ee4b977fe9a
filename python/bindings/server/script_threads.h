#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "engine/base/function_ref.h"

namespace dfs::python {

// Runs scripts one at a time, each on a thread that may wait: while it does, another takes the next one up.
// Threads are made when they are needed. They hold on to this object: one that a script never lets go of is
// left behind.
class ScriptThreads : public std::enable_shared_from_this<ScriptThreads> {
 public:
  // Runs the job, with the GIL, when its turn comes. Thread-safe; needs no GIL.
  void post(UniqueFunction<void()> job);
  // Within a job, without the GIL: others run while `wait` does. Back with the turn.
  template <class F>
  void step_aside(F wait) {
    give_turn();
    wait();
    take_turn();
  }
  // What is posted from now on is dropped; idle threads end.
  void stop();

 private:
  void work();
  void give_turn();
  void take_turn();
  // The next job needs a thread. Under mutex_.
  void call_somebody();

  std::mutex mutex_;
  std::condition_variable change_;
  // change under mutex_
  std::deque<UniqueFunction<void()>> jobs_;
  unsigned idle_ = 0;   // threads without a job
  unsigned back_ = 0;   // that have waited, and go on before another job begins
  bool taken_ = false;  // a script is running
  bool stopping_ = false;
};

}  // namespace dfs::python
