#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/locks.h"
#include "protocols/nfs4/state/order.h"

namespace dfs::nfs4::ops {
namespace {

// Carries a lock out, when recovery lets the client have it. `take` judges and locks.
template <class Take>
Async<LOCK4res> when_admitted(Compound& c, const LOCK4args& a, Client& client, Take take) {
  State& state = *c.server.state;
  const Taking how = a.reclaim ? Taking::reclaim : Taking::anew;
  return then(state.recovery.admit(client, how), [&c, &a, &state, &client, take](nfsstat4 s) mutable {
    if (s != NFS4_OK) return Async<LOCK4res>(with_status<LOCK4res>(s));
    const Roster& roster = state.recovery.roster;
    const bool cleared = roster.cleared();
    LOCK4res res = take();
    // Another client has ended since this one was admitted: it is waited for as before.
    if (res.status == NFS4ERR_DELAY && !(cleared && roster.cleared()))
      return when_admitted(c, a, client, std::move(take));
    if (res.status != NFS4ERR_DENIED) return Async<LOCK4res>(res);
    // A client whose lease has ended is in nobody's way.
    const clientid4 holder = res.denied.owner.clientid;
    if (holder.value != 0 && state.clients.expire(number_of(holder)))
      return when_admitted(c, a, client, std::move(take));
    if (a.reclaim) res.status = NFS4ERR_RECLAIM_CONFLICT;
    return Async<LOCK4res>(res);
  });
}

// The client a lock owner belongs to: the session's from 4.1 on, where the field means nothing (RFC
// 8881 18.10.3).
nfsstat4 client_of(Compound& c, const lock_owner4& owner, Ref<Client>* out) {
  if (c.minor == 0) return client_of_40(*c.server.state, owner.clientid, out);
  *out = c.session->client;
  return NFS4_OK;
}

struct NewOwner {
  Compound& c;
  const LOCK4args& a;
  Ref<Open> open;
  u32 seqid;

  Async<LOCK4res> operator()() const {
    state::Range bytes;
    if (const nfsstat4 s = lock_range(a.offset, a.length, &bytes); s != NFS4_OK)
      return with_status<LOCK4res>(s);
    Ref<Client> client;
    if (const nfsstat4 s = client_of(c, a.locker.open_owner.lock_owner, &client); s != NFS4_OK)
      return with_status<LOCK4res>(s);
    if (client.get() != open->owner->client.get()) return with_status<LOCK4res>(NFS4ERR_BAD_STATEID);
    Ref<StateOwner> owner;
    if (const nfsstat4 s = lock_owner(c, client, a.locker.open_owner.lock_owner.owner, &owner); s != NFS4_OK)
      return with_status<LOCK4res>(s);
    auto take = [this_ = *this, bytes, owner]() mutable {
      return when_admitted(this_.c, this_.a, *owner->client, [this_, bytes, owner] {
        return take_lock(this_.c, this_.a, bytes, owner, this_.open, this_.seqid);
      });
    };
    return in_order<LOCK4res>(c, owner, a.locker.open_owner.lock_seqid, OP_LOCK, std::move(take));
  }
};

struct OldOwner {
  Compound& c;
  const LOCK4args& a;
  Ref<LockState> lock;
  u32 seqid;

  Async<LOCK4res> operator()() const {
    state::Range bytes;
    if (const nfsstat4 s = lock_range(a.offset, a.length, &bytes); s != NFS4_OK)
      return with_status<LOCK4res>(s);
    return when_admitted(c, a, lock->client(), [this_ = *this, bytes] {
      return change_lock(this_.c, this_.a, bytes, this_.lock, this_.seqid);
    });
  }
};

struct SetCurrent {
  Compound& c;
  LOCK4res operator()(const LOCK4res& res) const {
    if (res.status == NFS4_OK) c.set_stateid(res.resok4.lock_stateid);
    return res;
  }
};

}  // namespace

// RFC 7530 16.10, RFC 8881 18.10. READW_LT and WRITEW_LT say that the client is ready to wait; it is told
// DENIED like everybody, and asks again.
Async<LOCK4res> lock(Compound& c, const LOCK4args& a) {
  Named named;
  if (a.locker.new_lock_owner) {
    const open_to_lock_owner4& o = a.locker.open_owner;
    if (const nfsstat4 s = find_state(c, o.open_stateid, StateKind::open, &named); s != NFS4_OK)
      return with_status<LOCK4res>(s);
    auto open = Ref<Open>::share(static_cast<Open*>(named.record.get()));
    if (c.minor == 0 && !open->owner->confirmed.load(std::memory_order_relaxed))
      return with_status<LOCK4res>(NFS4ERR_BAD_STATEID);
    const Ref<StateOwner> owner = open->owner;
    return then(
        in_order<LOCK4res>(c, owner, o.open_seqid, OP_LOCK, NewOwner{c, a, std::move(open), named.seqid}),
        SetCurrent{c});
  }
  const exist_lock_owner4& o = a.locker.lock_owner;
  if (const nfsstat4 s = find_state(c, o.lock_stateid, StateKind::lock, &named); s != NFS4_OK)
    return with_status<LOCK4res>(s);
  auto lock = Ref<LockState>::share(static_cast<LockState*>(named.record.get()));
  const Ref<StateOwner> owner = lock->owner;
  return then(
      in_order<LOCK4res>(c, owner, o.lock_seqid, OP_LOCK, OldOwner{c, a, std::move(lock), named.seqid}),
      SetCurrent{c});
}

}  // namespace dfs::nfs4::ops
