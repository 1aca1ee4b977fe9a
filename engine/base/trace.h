#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "engine/base/function_ref.h"
#include "engine/base/trace_event.h"

namespace dfs {

// Hears every event when it happens, under the trace's lock: it takes what it wants and returns at once.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void on_event(const TraceEvent& e) = 0;
};

// A bounded ring of events and whoever else listens, off until somebody does: a disabled trace costs one
// relaxed load. Thread-safe.
class Trace {
 public:
  explicit Trace(const Clock& clock, size_t capacity = 65536) : clock_(clock), capacity_(capacity) {}

  bool enabled() const { return enabled_.load(std::memory_order_relaxed); }
  // Whether the ring is kept.
  void enable(bool on);
  void add_sink(TraceSink& sink);
  // It hears nothing more once this returns.
  void remove_sink(TraceSink& sink);

  // Call sites test enabled() first, so that fields are only built when somebody wants them.
  template <class E>
  void emit(E e, Cause cause = Cause::current()) {
    push(E::kKind, cause, event::fields_of(std::move(e)));
  }
  // A number for a call.
  u64 next_request() { return requests_.fetch_add(1, std::memory_order_relaxed) + 1; }

  // Events of the ring with seq > after, oldest first, `most` of them. Older ones than the ring holds are
  // gone: the first one's seq tells.
  std::vector<TraceEvent> since(u64 after, size_t most = SIZE_MAX) const;
  u64 last_seq() const;
  // Waits until an event with seq > after satisfies match; false when limit (real time) passes first.
  bool wait(u64 after, FunctionRef<bool(const TraceEvent&)> match, std::chrono::milliseconds limit,
            TraceEvent* out);

 private:
  void push(EventKind kind, Cause cause, std::vector<TraceEvent::Field> fields);
  void decide_locked() { enabled_.store(ring_on_ || !sinks_.empty(), std::memory_order_relaxed); }

  const Clock& clock_;
  const size_t capacity_;
  std::atomic<bool> enabled_{false};
  std::atomic<u64> requests_{0};
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  // changes under mutex_
  bool ring_on_ = false;
  std::vector<TraceSink*> sinks_;
  std::deque<TraceEvent> ring_;
  u64 next_seq_ = 1;
};

}  // namespace dfs
