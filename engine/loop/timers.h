#pragma once

#include <map>

#include "engine/base/clock.h"
#include "engine/base/function_ref.h"

namespace dfs {

// Deadlines of one thread, in order. Who owns it calls run_due() when the clock has passed next().
class Timers {
 public:
  using Id = u64;  // 0 is never a timer

  explicit Timers(const Clock& clock) : clock_(clock) {}

  Id after(Nanos delay, UniqueFunction<void()> fn);
  // True when the timer had not run yet.
  bool cancel(Id id);
  // Runs everything due at `now`, earliest first, including what those calls add and is due already.
  void run_due(Nanos now);
  // The earliest deadline, or INT64_MAX.
  Nanos next() const;
  size_t size() const { return queue_.size(); }

 private:
  using Key = std::pair<Nanos, Id>;
  const Clock& clock_;
  Id next_id_ = 1;
  std::map<Key, UniqueFunction<void()>> queue_;
  std::map<Id, Nanos> deadline_of_;
};

}  // namespace dfs
