#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {

// RFC 8881 18.47.3: INVAL of a client whose state is not protected by SP4_SSV, and EXCHANGE_ID grants that to
// none.
Async<SET_SSV4res> set_ssv(Compound&, const SET_SSV4args&) { return with_status<SET_SSV4res>(NFS4ERR_INVAL); }

}  // namespace dfs::nfs4::ops
