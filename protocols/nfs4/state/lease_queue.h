#pragma once

#include <climits>
#include <mutex>
#include <vector>

#include "engine/base/clock.h"

namespace dfs::nfs4 {

// When to look at whose lease. Renewing one is a store into the client's record and nothing here: a client is
// looked at when the lease it had would have ended, and put back for the end of the one it has by then. So
// the work is one step in a heap per client and lease, however often it is renewed. Thread-safe.
class LeaseQueue {
 public:
  // To be looked at at that time. True when nothing else is due as early.
  bool add(Nanos due, u32 client);
  // The clients whose time has come, earliest first.
  std::vector<u32> take_due(Nanos now);
  // The earliest time, or INT64_MAX.
  Nanos next() const;
  size_t size() const;

 private:
  struct Entry {
    Nanos due;
    u32 client;
    bool operator>(const Entry& o) const { return due != o.due ? due > o.due : client > o.client; }
  };
  mutable std::mutex mutex_;
  std::vector<Entry> heap_;  // smallest first; changes under mutex_
};

}  // namespace dfs::nfs4
