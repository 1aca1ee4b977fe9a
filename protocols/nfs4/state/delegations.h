#pragma once

#include "engine/fs/promises.h"
#include "protocols/nfs4/callback/cb_compound.h"
#include "protocols/nfs4/compound.h"
#include "protocols/nfs4/state/delegation.h"
#include "protocols/nfs4/state/delegation_wants.h"

namespace dfs::nfs4 {

class State;

// How many delegations of a type there are, and what became of all there were.
struct DelegationCount {
  std::atomic<u64> outstanding{0}, granted{0}, recalled{0}, returned{0}, revoked{0};
};

// A delegation as the client is told of it; recall: it is to be given back at once.
open_delegation4 told(const Delegation& given, bool recall);
// Its stateid; null: there is none.
const stateid4* stateid_of(const open_delegation4& d);
// From 4.1 on: why there is none.
open_delegation4 none_given(why_no_delegation4 why);

// Delegations of files: who gets one, how it is asked back, and how it ends (RFC 7530 10.4, RFC 8881 10.4).
//
// Locks as in state/state.h; mutex_ is the last.
class Delegations final : public fs::Promises {
 public:
  explicit Delegations(State& state) : wants(state), state_(state) {}

  // False: nobody has any, and nothing can be in anybody's way.
  bool any() const override { return count_.load(std::memory_order_relaxed) != 0; }
  const DelegationCount& counted(DelegationType t) const { return counts_[static_cast<size_t>(t)]; }
  u64 count() const { return count_.load(std::memory_order_relaxed); }

  // What an OPEN of the file, or a WANT_DELEGATION, is told: a delegation or why there is none. `mode`: what
  // the caller has been found to be allowed; `wants_bits`: OPEN4_SHARE_ACCESS_WANT_*.
  open_delegation4 offer(Compound& c, const Ref<Client>& client, const Place& file, u8 access, u32 wants_bits,
                         const fs::Inode& as_found);

  // Gives one, or says why not.
  why_no_delegation4 grant(const DelegationAsk& ask, Ref<Delegation>* out);
  // The client was offered one, and has not taken it as far as this says.
  void not_taken(const Ref<Delegation>& d, const CbResult& r);
  // What could not be given at once.
  DelegationWants wants;

  // The same of an OPEN with CLAIM_PREVIOUS, or a WANT_DELEGATION, that had one of that type before the
  // restart; it has been admitted.
  open_delegation4 reclaim(Compound& c, const Ref<Client>& client, const Place& file, u8 access,
                           open_delegation_type4 type, const fs::Inode& as_found);

  // The way is free for this access of somebody, as far as delegations go; otherwise they are recalled, and
  // waited for a little. False: not yet.
  // connection: not of those clients of 4.0 that were last heard of over it; 0: of all others.
  Async<bool> clear(const state::FileKey& file, const state::Owner& who, const state::Access& access,
                    u64 connection = 0);

  // For other protocols: nobody of theirs has any.
  Async<Clear> clear(const fs::FileSystem& file_system, fs::FileId object, fs::Touch what) override;
  void entry_changed(const fs::FileSystem& file_system, const fs::EntryChange& what) override;
  void object_changed(const fs::FileSystem& file_system, const fs::Change& object, fs::Doer by) override;
  void object_gone(const fs::FileSystem& file_system, fs::FileId object) override;

  // What a file's claims know of a delegation.
  static state::CachingGrant grant_of(bool write) { return {true, write, false}; }
  static u64 tag_of(const Registry<StateRecord>::Number& n) { return u64{n.place} << 32 | n.nonce; }
  // The record behind a grant's tag.
  static Registry<StateRecord>::Number number_of(u64 tag) {
    return {static_cast<u32>(tag >> 32), static_cast<u32>(tag)};
  }

  // Of a GETATTR: when somebody else may hold writes back he is asked what he has, *held; when he cannot say,
  // the delegation is recalled. False: to be asked again later.
  Async<bool> ask_holder(Compound& c, const Place& file, const state::Owner& who);

  // The server can let the client have so many more of the type.
  bool room(const Client& client, DelegationType type, u64 more);
  // The file is left alone for a while: it was recalled.
  bool barred(const state::FileKey& file);
  // The client may have state. Its mutex is held, as in what follows.
  bool admitted_locked(const Client& client) const;
  // One is the client's, which has none of the file, unless somebody's claims contradict that. `make` is
  // called under the file's mutex.
  using Make = FunctionRef<Ref<Delegation>(const Ref<StateOwner>& owner)>;
  why_no_delegation4 add_locked(const Ref<Client>& client, state::ClaimedFile& file, state::CachingGrant what,
                                const ReferringCall& by, Make make, Ref<Delegation>* out);
  // Any thread. It is asked for, and revoked when it is not given back in time.
  void begin_recall(const Ref<Delegation>& d);

  // --- over a client's restart (RFC 7530 10.2.1, RFC 8881 10.2.1): delegation_heirs.cpp

  // A new incarnation of the client takes its place: what delegations there were are kept for it, a lease
  // period long. The old one is not gone yet, the new one not confirmed; the mutex of Clients is held.
  void pass_on(Client& old, const Ref<Client>& heir);
  // CLAIM_DELEGATE_PREV and CLAIM_DELEG_PREV_FH: whether there is a delegation of that file to claim.
  // NFS4_OK, RECLAIM_BAD, or NO_GRACE after RECLAIM_COMPLETE.
  nfsstat4 left_to(const Client& heir, const Place& file);
  // What the client is told when it claims it.
  open_delegation4 claim(Compound& c, const Ref<Client>& heir, const Place& file);
  // DELEGPURGE, or RECLAIM_COMPLETE: what was not claimed goes.
  void purge(Client& heir);

  void revoke(const Ref<Delegation>& d);
  nfsstat4 give_back(Compound& c, const Ref<Delegation>& d, u32 seqid);
  // Its claims are gone: whoever waits for that goes on.
  void ended(Delegation& d);

 private:
  using Found = std::vector<Ref<Delegation>>;
  Found in_the_way(const state::FileKey& file, const state::Owner& who, const state::Access& access,
                   u64 connection);
  Task<bool> wait_for(Found found, state::FileKey file, state::Owner who, state::Access access,
                      u64 connection);
  // Whoever was given one that a change contradicts, while nobody could know of the change, is asked for it.
  void recall_late(const state::FileKey& file, fs::Doer by, const state::Access& access);
  Task<void> take_back(Ref<Delegation> d);
  Task<void> purge_later(Ref<Client> heir);
  Task<bool> ask(Compound& c, Place file, state::Owner who, Ref<Delegation> d);
  void relieve();
  static fault::Context fault_context(const Delegation& d);

  // What was given before stays where it can; otherwise its holder is told at once that it is wanted back,
  // and asked as well.
  open_delegation4 told_or_recalled(const Ref<Delegation>& given);
  open_delegation4 promised(const DelegationAsk& ask, why_no_delegation4 why, u32 wants_bits);
  why_no_delegation4 upgrade(const Ref<Delegation>& d, const DelegationAsk& ask, Ref<Delegation>* out);
  // After a recall a file is left alone for a while: who fights over it is slower with delegations than
  // without.
  void bar(const state::FileKey& file);
  DelegationCount& count_of(DelegationType t) { return counts_[static_cast<size_t>(t)]; }
  void begun(DelegationType t);

  State& state_;
  std::atomic<u64> count_{0};
  std::array<DelegationCount, kDelegationTypes> counts_;
  std::mutex mutex_;
  Nanos relieved_ = 0;  // when clients were last asked to give some back; changes under mutex_
  std::unordered_map<state::FileKey, Nanos, state::FileKeyHash> barred_;  // until when; changes under mutex_
};

}  // namespace dfs::nfs4
