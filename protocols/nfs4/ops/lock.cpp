#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/locks.h"
#include "protocols/nfs4/state/order.h"

namespace dfs::nfs4::ops {
namespace {

// What every LOCK needs, whoever asks.
nfsstat4 check(Compound& c, const LOCK4args& a, state::Range* bytes) {
  if (const nfsstat4 s = lock_range(a.offset, a.length, bytes); s != NFS4_OK) return s;
  // There is no grace period: nothing is left of an earlier instance to be reclaimed from (RFC 7530 9.6.2).
  if (a.reclaim) return NFS4ERR_NO_GRACE;
  if (c.minor > 0) {
    // RFC 8881 18.51.3: first the client says that it has reclaimed what it wants to.
    Client& client = *c.session->client;
    std::lock_guard lock(client.mutex);
    if (!client.reclaim_complete) return NFS4ERR_GRACE;
  }
  return NFS4_OK;
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
    if (const nfsstat4 s = check(c, a, &bytes); s != NFS4_OK) return with_status<LOCK4res>(s);
    Ref<Client> client;
    if (const nfsstat4 s = client_of(c, a.locker.open_owner.lock_owner, &client); s != NFS4_OK)
      return with_status<LOCK4res>(s);
    if (client.get() != open->owner->client.get()) return with_status<LOCK4res>(NFS4ERR_BAD_STATEID);
    Ref<StateOwner> owner;
    if (const nfsstat4 s = lock_owner(c, client, a.locker.open_owner.lock_owner.owner, &owner); s != NFS4_OK)
      return with_status<LOCK4res>(s);
    auto take = [this_ = *this, bytes, owner]() mutable {
      return take_lock(this_.c, this_.a, bytes, owner, this_.open, this_.seqid);
    };
    return in_order<LOCK4res>(c, owner, a.locker.open_owner.lock_seqid, OP_LOCK, std::move(take));
  }
};

struct OldOwner {
  Compound& c;
  const LOCK4args& a;
  Ref<LockState> lock;
  u32 seqid;

  LOCK4res operator()() const {
    state::Range bytes;
    if (const nfsstat4 s = check(c, a, &bytes); s != NFS4_OK) return with_status<LOCK4res>(s);
    return change_lock(c, a, bytes, lock, seqid);
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
