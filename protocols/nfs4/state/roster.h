#pragma once

#include <map>
#include <optional>

#include "engine/fault/registry.h"
#include "engine/fs/metadata_store.h"
#include "protocols/nfs4/state/client.h"

namespace dfs::nfs4 {

// The clients that may reclaim their state when this server ends, now, and starts again: who has been given
// some since it started, and who had some before and can still come back for it (RFC 7530 9.6.3.4, RFC
// 8881 8.4.3). A row each in a store's table of the server's facts.
//
// A row is on stable storage before its client has any state, and gone from there before somebody else is
// given what the client could claim: admit() and settle() wait for that, and cost two loads when there is
// nothing to wait for. So a client has one write to wait for in its life.
//
// Its mutex comes after a client's, and after those of a store: an update of the store takes it. Thread-safe.
class Roster {
 public:
  struct Entry {
    Facet facet{};
    std::string owner;
    verifier4 verifier{};
    Principal principal;
    u32 lease = 0;             // seconds, as the client was told
    bool lost_before = false;  // a delegation of it was revoked in an earlier run, which it may not know
    // Below: of this run.
    u32 holder = 0;         // whose number it is; 0: nobody has come back for it
    bool lost = false;      // a delegation of it was revoked
    bool complete = false;  // it was told to be RECLAIM_COMPLETE
  };

  // A null store: there is nothing to keep it in. `lease`: of this run, in seconds.
  Roster(fs::MetadataStore* store, u32 lease, fault::Registry& faults)
      : store_(store), lease_(lease), faults_(faults) {}

  // Reads what the last run left. Before anything else.
  Async<fs::FsError> load();

  // Before a client is given state: ok when its row is durable, and so are all changes before it.
  Async<fs::FsError> admit(Client& client);
  // The client has no state, or has lost it: it has nothing to reclaim. Durable with the next settle().
  void forget(Client& client);
  // A delegation of the client is revoked: from the next restart on it is not to be reclaimed. Durable with
  // the next settle().
  void loses_delegation(const Client& client);
  // All changes so far are durable.
  bool settled() const {
    return durable_.load(std::memory_order_acquire) == changed_.load(std::memory_order_acquire);
  }
  Async<fs::FsError> settle();
  // Whoever is out of the roster is out of it on stable storage, too. Asked where a grant is decided: a
  // client may have ended since the grant was admitted.
  bool cleared() const {
    return durable_.load(std::memory_order_acquire) >= erased_.load(std::memory_order_acquire);
  }

  // --- what an earlier run left
  // ------------------------------------------------------------------------------

  // The client is the one that an earlier run left: the same verifier, the same principal.
  bool left_by(const Client& client) const;
  // What it had of delegations then is in doubt.
  bool lost_delegation(const Client& client) const;
  // A new incarnation of a client has been confirmed: the one before has ended with its state.
  void succeeded_by(const Client& client);
  // It has reclaimed what it wanted.
  void complete(const Client& client);
  // Nobody of an earlier run may still come: each has said that it is complete. One of 4.0 never says so.
  bool all_complete() const;
  // Whoever has not come back has missed its time, and will find no row in a later run either (the second
  // edge condition).
  void drop_absent();

  std::vector<Entry> entries() const;

 private:
  struct Kept {
    u64 row;
    Entry entry;
  };
  struct Change {
    u64 at;                          // which change it was
    std::optional<std::string> row;  // nothing: it is erased
  };
  using Kepts = std::map<std::string, Kept>;

  static std::string key(Facet facet, std::string_view owner);
  const Kept* find_locked(const Client& client) const;
  void change_locked(u64 row, std::optional<std::string> value);
  Kepts::iterator erase_locked(Kepts::iterator it);
  // In an update of the store.
  u64 write(fs::MetadataTxn& txn);
  // Lets the store have the changes, to become durable when it likes.
  void hand_over();
  fs::FsError struck(fault::Point point) const;
  Task<fs::FsError> load_later();
  Task<fs::FsError> settle_later();

  fs::MetadataStore* const store_;
  const u32 lease_;
  fault::Registry& faults_;
  std::atomic<u64> changed_{0}, durable_{0};  // changes so far, and those that are durable
  std::atomic<u64> erased_{0};                // the last that took somebody out

  mutable std::mutex mutex_;
  // changes under mutex_
  Kepts kept_;
  u64 next_row_ = 1;
  std::map<u64, Change> changes_;  // by row, until they are durable
};

}  // namespace dfs::nfs4
