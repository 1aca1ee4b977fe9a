#pragma once

#include <map>
#include <set>

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
  // Asked once of each timer whose time has come: how much later it is to run. Before the first after().
  void set_late(UniqueFunction<Nanos()> late) { late_ = std::move(late); }

 private:
  using Key = std::pair<Nanos, Id>;
  void put_off(std::map<Key, UniqueFunction<void()>>::node_type node, Nanos by);

  const Clock& clock_;
  UniqueFunction<Nanos()> late_;
  std::set<Id> put_off_;  // those that wait for the second time
  Id next_id_ = 1;
  std::map<Key, UniqueFunction<void()>> queue_;
  std::map<Id, Nanos> deadline_of_;
};

}  // namespace dfs
