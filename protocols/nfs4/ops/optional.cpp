// The operations of features a server need not have and this one has not: NOTSUPP (RFC 8881 17.2, RFC 7862
// 13). Their arguments are decoded all the same, so that nonsense is BADXDR.
#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {
namespace {

template <class Res>
Async<Res> not_here() {
  return with_status<Res>(NFS4ERR_NOTSUPP);
}

}  // namespace

// pNFS
Async<GETDEVICEINFO4res> getdeviceinfo(Compound&, const GETDEVICEINFO4args&) {
  return not_here<GETDEVICEINFO4res>();
}
Async<GETDEVICELIST4res> getdevicelist(Compound&, const GETDEVICELIST4args&) {
  return not_here<GETDEVICELIST4res>();
}
Async<LAYOUTCOMMIT4res> layoutcommit(Compound&, const LAYOUTCOMMIT4args&) {
  return not_here<LAYOUTCOMMIT4res>();
}
Async<LAYOUTGET4res> layoutget(Compound&, const LAYOUTGET4args&) { return not_here<LAYOUTGET4res>(); }
Async<LAYOUTRETURN4res> layoutreturn(Compound&, const LAYOUTRETURN4args&) {
  return not_here<LAYOUTRETURN4res>();
}
Async<LAYOUTERROR4res> layouterror(Compound&, const LAYOUTERROR4args&) { return not_here<LAYOUTERROR4res>(); }
Async<LAYOUTSTATS4res> layoutstats(Compound&, const LAYOUTSTATS4args&) { return not_here<LAYOUTSTATS4res>(); }

// Copies between servers
Async<COPY_NOTIFY4res> copy_notify(Compound&, const COPY_NOTIFY4args&) { return not_here<COPY_NOTIFY4res>(); }

}  // namespace dfs::nfs4::ops
