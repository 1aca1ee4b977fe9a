#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/opens.h"
#include "protocols/nfs4/state/order.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.19, RFC 8881 18.18
Async<OPEN_DOWNGRADE4res> open_downgrade(Compound& c, const OPEN_DOWNGRADE4args& a) {
  Named named;
  if (const nfsstat4 s = find_state(c, a.open_stateid, StateKind::open, &named, CurrentSeqid::exact);
      s != NFS4_OK)
    return with_status<OPEN_DOWNGRADE4res>(s);
  auto open = Ref<Open>::share(static_cast<Open*>(named.record.get()));
  const Ref<StateOwner> owner = open->owner;
  auto downgrade = [&c, &a, open = std::move(open), seqid = named.seqid] {
    if (c.minor == 0 && !open->owner->confirmed) return with_status<OPEN_DOWNGRADE4res>(NFS4ERR_BAD_STATEID);
    state::ShareMode mode;
    if (const nfsstat4 s = share_mode(c, a.share_access, a.share_deny, &mode); s != NFS4_OK)
      return with_status<OPEN_DOWNGRADE4res>(s);
    return downgrade_open(c, *open, seqid, mode);
  };
  return then(in_order<OPEN_DOWNGRADE4res>(c, owner, a.seqid, OP_OPEN_DOWNGRADE, std::move(downgrade)),
              [&c](const OPEN_DOWNGRADE4res& res) {
                if (res.status == NFS4_OK) c.set_stateid(res.resok4.open_stateid);
                return res;
              });
}

}  // namespace dfs::nfs4::ops
