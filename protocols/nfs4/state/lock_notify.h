#pragma once

#include "protocols/nfs4/state/state_record.h"

namespace dfs::nfs4 {

// Blocking locks (RFC 7530 9.4, RFC 8881 9.6): who is refused a READW_LT or WRITEW_LT has a place in the
// queue of the file, and nobody behind gets what it waits for before it, as long as it asks again within a
// lease. From 4.1 on it is told when that makes sense (20.11, CB_NOTIFY_LOCK); it has to ask all the same.

// Locks of the file are gone, or who waited for some: tells those whose turn it is. No mutex is held.
void locks_released(State& state, const state::FileKey& file);

// Claims of the file are gone, of whatever kind: who wants a delegation of it may have one. No mutex is held.
void claims_released(State& state, const state::FileKey& file);

// Does both at the end of a scope in which the file is locked: declare it before the locks.
class TellWaiters {
 public:
  TellWaiters(State& state, const state::ClaimedFile& file) : state_(state), file_(file) {}
  ~TellWaiters() {
    if (!looked_) return;
    if (due_) locks_released(state_, file_.key);
    claims_released(state_, file_.key);
  }
  TellWaiters(const TellWaiters&) = delete;

  // Under the file's mutex.
  void look() {
    looked_ = true;
    due_ = due_ || !file_.waiting.empty();
  }
  // The same, with what is to be let go of after the mutex.
  void look(state::LockQueue::Waiters gone) {
    for (auto& w : gone) gone_.push_back(std::move(w));
    look();
  }

 private:
  State& state_;
  const state::ClaimedFile& file_;
  state::LockQueue::Waiters gone_;
  bool due_ = false, looked_ = false;
};

// The owner, as a queue keeps it.
std::shared_ptr<const state::Owner> waiting_owner(const Ref<StateOwner>& owner);

}  // namespace dfs::nfs4
