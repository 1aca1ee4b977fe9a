#pragma once

#include <memory>
#include <vector>

#include "engine/base/clock.h"
#include "engine/state/claims.h"

namespace dfs::state {

// Who waits for byte ranges of one file, in the order they came. A place in it is no lock but a turn: what
// stands in front of a request gets the bytes first, as long as it goes on asking for them. Not thread-safe:
// used with its file's claims.
class LockQueue {
 public:
  struct Waiter {
    std::shared_ptr<const Owner> owner;  // as it is in the file's claims, if it has any there
    Range range;
    bool exclusive = false;
    Nanos until = 0;    // its place is kept so long
    std::string where;  // how the protocol names the file to the waiter
    bool told = false;  // that it may have its lock now
  };

  // Whoever waits in front of this owner for bytes it wants, and conflicts; nullptr: it is its turn.
  const Waiter* ahead_of(const Owner& who, Range range, bool exclusive, Nanos now) const;

  // Those that are out of the queue: to be let go of when the file is not locked any more, as their owners may
  // be.
  using Waiters = std::vector<Waiter>;

  // Takes a place at the end, or keeps the one it has for the same lock. False: the queue is full.
  bool wait(Waiter w);
  // The owner waits for none of these bytes any more.
  [[nodiscard]] Waiters leave(const Owner& who, Range range);
  // Nobody of this client waits any more.
  [[nodiscard]] Waiters leave_client(const Owner& any_of);
  // Whose time is over.
  [[nodiscard]] Waiters take_late(Nanos now);

  // Those that could have their lock now and have not been told: they are, and have until then to come for it.
  Waiters take_ready(const ClaimTable& claims, Nanos now, Nanos until);
  // When the first place is given up; LLONG_MAX: there is none.
  Nanos next_end() const;

  const Waiters& waiters() const { return waiters_; }
  bool empty() const { return waiters_.empty(); }

  static constexpr size_t kMost = 1024;  // of one file

 private:
  template <class P>
  Waiters take(P&& which);

  Waiters waiters_;
};

}  // namespace dfs::state
