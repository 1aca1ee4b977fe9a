#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.6, RFC 8881 18.6. There are no delegations, so no stateid is one's.
Async<DELEGRETURN4res> delegreturn(Compound& c, const DELEGRETURN4args& a) {
  Named named;
  const nfsstat4 s = find_state(c, a.deleg_stateid, &named);
  return DELEGRETURN4res{s == NFS4_OK ? NFS4ERR_BAD_STATEID : s};
}

}  // namespace dfs::nfs4::ops
