#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/opens.h"
#include "protocols/nfs4/state/order.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.2, RFC 8881 18.2. Locks the owner still has on the file go with the open: "The server MAY free
// all outstanding locks on CLOSE".
Async<CLOSE4res> close(Compound& c, const CLOSE4args& a) {
  Named named;
  if (const nfsstat4 s = find_state(c, a.open_stateid, StateKind::open, &named, CurrentSeqid::exact);
      s != NFS4_OK)
    return with_status<CLOSE4res>(s);
  auto open = Ref<Open>::share(static_cast<Open*>(named.record.get()));
  const Ref<StateOwner> owner = open->owner;
  auto end = [&c, open = std::move(open), seqid = named.seqid] {
    if (c.minor == 0 && !open->owner->confirmed) return with_status<CLOSE4res>(NFS4ERR_BAD_STATEID);
    return close_open(c, open, seqid);
  };
  return then(in_order<CLOSE4res>(c, owner, a.seqid, OP_CLOSE, std::move(end)), [&c](const CLOSE4res& res) {
    if (res.status == NFS4_OK) c.set_stateid(res.open_stateid);
    return res;
  });
}

}  // namespace dfs::nfs4::ops
