#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <initializer_list>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/function_ref.h"

namespace dfs {

// One thing that happened, with the ids that link layers: conn (a connection), request (a call on it).
struct TraceEvent {
  struct Field {
    const char* key;
    std::variant<u64, std::string> value;
  };
  u64 seq = 0;            // counts all events of this trace
  Nanos time = 0;         // of the server's clock
  const char* name = "";  // "rpc.call.decoded"; a literal
  u64 conn = 0, request = 0;
  std::vector<Field> fields;
};

// A bounded ring of events, off until somebody listens: a disabled trace costs one relaxed load. Thread-safe.
class Trace {
 public:
  explicit Trace(const Clock& clock, size_t capacity = 65536) : clock_(clock), capacity_(capacity) {}

  bool enabled() const { return enabled_.load(std::memory_order_relaxed); }
  void enable(bool on) { enabled_.store(on, std::memory_order_relaxed); }

  // Call sites test enabled() first, so that fields are only built when somebody wants them.
  void emit(const char* name, u64 conn, u64 request, std::initializer_list<TraceEvent::Field> fields = {});

  // Events with seq > after, oldest first. Events older than the ring are gone.
  std::vector<TraceEvent> since(u64 after) const;
  u64 last_seq() const;
  // Waits until an event with seq > after satisfies match; false when limit (real time) passes first.
  bool wait(u64 after, FunctionRef<bool(const TraceEvent&)> match, std::chrono::milliseconds limit,
            TraceEvent* out);

 private:
  const Clock& clock_;
  const size_t capacity_;
  std::atomic<bool> enabled_{false};
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<TraceEvent> ring_;  // changes under mutex_
  u64 next_seq_ = 1;             // changes under mutex_
};

}  // namespace dfs
