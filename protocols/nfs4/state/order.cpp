#include "protocols/nfs4/state/order.h"

namespace dfs::nfs4::order {

Place place_of(const StateOwner::Last& last, u32 seqid, nfs_opnum4 op) {
  // After the last number comes one (RFC 7530 9.1.3), for some clients zero.
  if (!last.known || seqid == last.seqid + 1 || (last.seqid == UINT32_MAX && seqid == 1)) return Place::next;
  // Another operation with the number of the last one is no retransmission of it.
  return seqid == last.seqid && op == last.op && !last.reply.empty() ? Place::again : Place::wrong;
}

bool counts(nfsstat4 s) {
  switch (s) {
    case NFS4ERR_STALE_CLIENTID:
    case NFS4ERR_STALE_STATEID:
    case NFS4ERR_BAD_STATEID:
    case NFS4ERR_BAD_SEQID:
    case NFS4ERR_BADXDR:
    case NFS4ERR_RESOURCE:
    case NFS4ERR_NOFILEHANDLE:
    case NFS4ERR_MOVED:
      return false;
    default:
      return true;
  }
}

void forget_closed(State& state, StateOwner& owner) {
  Ref<StateRecord> closed;
  {
    std::lock_guard lock(owner.client->mutex);
    closed = std::exchange(owner.closed, {});
  }
  if (closed) state.records.remove(closed->number, Gone::closed);
}

}  // namespace dfs::nfs4::order
