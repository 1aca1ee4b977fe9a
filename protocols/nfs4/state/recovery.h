#pragma once

#include "engine/loop/loop.h"
#include "protocols/nfs4/state/roster.h"

namespace dfs::nfs4 {

class State;

// How a client comes to an open, a lock or a delegation.
enum class Taking : u8 {
  anew,
  reclaim,    // it had it before the server's restart
  delegated,  // an open that a delegation of its own has let it do already (RFC 8881 10.2.1)
};

// What comes after a restart: the grace period, in which the clients of the last run reclaim what they had,
// and nobody is given anything that could conflict with it (RFC 7530 9.6.2, RFC 8881 8.4.2). There is one
// when the roster has somebody in it. It ends when its time is over; or when all who may come have said that
// they are complete, which clients of 4.0 have no way to say.
//
// What is in the clients' hands from before lies in the roster alone: opens, locks and delegations are gone,
// and files without a name that somebody may have open are kept until the end of it (RFC 8881 18.16.3,
// OPEN4_RESULT_PRESERVE_UNLINKED).
class Recovery {
 public:
  explicit Recovery(State& state);

  // Reads the roster, and begins the grace period where there is anybody to wait for. Says what went wrong,
  // or nothing. Before any request.
  std::string begin();
  // The grace period ends by itself from start() to stop(), by a timer of this loop. Both on the loop's
  // thread.
  void start(Loop& loop);
  void stop();

  bool in_grace() const { return in_grace_.load(std::memory_order_acquire); }
  // Nanoseconds until it ends at the latest.
  Nanos left() const;
  // Ends it now. Any thread.
  void end_grace();

  // A client has been confirmed: it may reclaim what its earlier self had. Its mutex is not held.
  void confirmed(Client& client);
  // RECLAIM_COMPLETE of all file systems. COMPLETE_ALREADY when it was done before.
  nfsstat4 complete(Client& client);

  // Whether the client may now take an open, a lock or a delegation: NFS4_OK, GRACE, NO_GRACE, RECLAIM_BAD
  // (RFC 7530 9.6.2, RFC 8881 8.4.2.1 and 18.51.3).
  nfsstat4 judge(Client& client, Taking how) const;
  // The same, and sees to it that the client's row is on stable storage, and that nobody else's is who could
  // claim the same: to be asked before each grant.
  Async<nfsstat4> admit(Client& client, Taking how);

  Roster roster;

 private:
  void end_later_locked(Nanos after);
  State& state_;
  std::atomic<bool> in_grace_{false};
  Nanos ends_ = 0;  // fixed after begin()

  std::mutex mutex_;
  Loop* loop_ = nullptr;  // changes under mutex_
  Timers::Id timer_ = 0;  // on the loop's thread
};

// While there is a grace period: what others do with names and bytes could conflict with what is about to be
// reclaimed.
nfsstat4 not_in_grace(const State& state);

}  // namespace dfs::nfs4
