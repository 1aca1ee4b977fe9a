#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.5, RFC 8881 18.5: "A server may support neither DELEGPURGE nor CLAIM_DELEGATE_PREV."
Async<DELEGPURGE4res> delegpurge(Compound&, const DELEGPURGE4args&) {
  return with_status<DELEGPURGE4res>(NFS4ERR_NOTSUPP);
}

}  // namespace dfs::nfs4::ops
