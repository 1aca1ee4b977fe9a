#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/locks.h"
#include "protocols/nfs4/state/order.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.12, RFC 8881 18.12. The lock type may be any: bytes are unlocked whatever kind of lock is on
// them.
Async<LOCKU4res> locku(Compound& c, const LOCKU4args& a) {
  Named named;
  if (const nfsstat4 s = find_state(c, a.lock_stateid, StateKind::lock, &named); s != NFS4_OK)
    return with_status<LOCKU4res>(s);
  auto lock = Ref<LockState>::share(static_cast<LockState*>(named.record.get()));
  const Ref<StateOwner> owner = lock->owner;
  auto release = [&c, &a, lock, seqid = named.seqid] {
    state::Range bytes;
    if (const nfsstat4 s = lock_range(a.offset, a.length, &bytes); s != NFS4_OK)
      return with_status<LOCKU4res>(s);
    return release_lock(c, bytes, *lock, seqid);
  };
  return then(in_order<LOCKU4res>(c, owner, a.seqid, OP_LOCKU, release), [&c](const LOCKU4res& res) {
    if (res.status == NFS4_OK) c.set_stateid(res.lock_stateid);
    return res;
  });
}

}  // namespace dfs::nfs4::ops
