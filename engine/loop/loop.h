#pragma once

#include <uv.h>

#include <atomic>
#include <thread>
#include <vector>

#include "engine/base/slice.h"
#include "engine/loop/executor.h"
#include "engine/loop/scope.h"
#include "engine/loop/timers.h"

namespace dfs {

// Something with work to do once the loop has handled everything it was woken for; see Loop::at_end_of_turn.
class EndOfTurn {
 public:
  virtual ~EndOfTurn() = default;
  virtual void end_of_turn() = 0;

 private:
  friend class Loop;
  bool queued_ = false;
};

// One libuv loop on one thread. Everything here is for that thread only, but submit() and stop().
class Loop final : public Executor {
 public:
  Loop(Clock& clock, unsigned index);
  ~Loop() override;  // stops and joins

  void start();
  // Runs `closing` on the loop thread (it must close every handle it opened), then ends the thread.
  // Idempotent.
  void stop(UniqueFunction<void()> closing = {});

  void submit(UniqueFunction<void()> fn) override;
  void submit_after(Nanos delay, UniqueFunction<void()> fn) override;

  static Loop* current() { return current_; }
  bool on_this_thread() const { return current_ == this; }

  Timers::Id after(Nanos delay, UniqueFunction<void()> fn);
  bool cancel(Timers::Id id);
  // Before start(): how much later than it should each timer is to run, asked when its time has come.
  void set_late(UniqueFunction<Nanos()> late) { timers_.set_late(std::move(late)); }

  // Calls e.end_of_turn() when this turn's callbacks have run: replies of a whole batch leave in one write.
  void at_end_of_turn(EndOfTurn& e) {
    if (e.queued_) return;
    e.queued_ = true;
    end_of_turn_.push_back(&e);
  }
  // e is going away.
  void forget(EndOfTurn& e);
  // Runs what waits for the end of the turn; called by whoever handled a libuv callback.
  void finish_turn();

  // Counts the turns: what happens between two waits for the kernel happens in the same one.
  u64 turn() const { return turn_; }

  uv_loop_t* uv() { return &uv_; }
  unsigned index() const { return index_; }
  Clock& clock() { return clock_; }
  TaskScope& scope() { return scope_; }
  // Where replies of this loop are encoded.
  BlockCursor& reply_cursor() { return reply_cursor_; }
  // The shared receive buffer: taken while bytes are read and parsed, replaced when somebody kept a part of
  // it.
  BlockRef& receive_block() { return receive_block_; }
  // Handles libuv still knows, beside the loop's own: 0 when everything was closed.
  size_t foreign_handles();

 private:
  void run();
  void drain();
  void arm();
  void run_timers(Nanos now);

  // fixed after construction
  Clock& clock_;
  const unsigned index_;
  int clock_token_ = 0;

  uv_loop_t uv_;
  uv_async_t wake_;
  uv_timer_t timer_;
  uv_check_t check_;
  Timers timers_;
  TaskScope scope_;
  BlockCursor reply_cursor_;
  BlockRef receive_block_;
  std::vector<EndOfTurn*> end_of_turn_;
  u64 turn_ = 1;
  std::thread thread_;
  std::atomic<bool> stopping_{false};

  std::mutex mutex_;
  std::vector<UniqueFunction<void()>> inbox_;  // changes under mutex_

  static thread_local Loop* current_;
};

}  // namespace dfs
