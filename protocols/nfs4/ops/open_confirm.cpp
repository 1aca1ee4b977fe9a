#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/opens.h"
#include "protocols/nfs4/state/order.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.18
Async<OPEN_CONFIRM4res> open_confirm(Compound& c, const OPEN_CONFIRM4args& a) {
  Named named;
  if (const nfsstat4 s = find_state(c, a.open_stateid, StateKind::open, &named); s != NFS4_OK)
    return with_status<OPEN_CONFIRM4res>(s);
  auto open = Ref<Open>::share(static_cast<Open*>(named.record.get()));
  const Ref<StateOwner> owner = open->owner;
  auto confirm = [&c, open = std::move(open), seqid = named.seqid] { return confirm_open(c, *open, seqid); };
  return in_order<OPEN_CONFIRM4res>(c, owner, a.seqid, OP_OPEN_CONFIRM, std::move(confirm));
}

}  // namespace dfs::nfs4::ops
