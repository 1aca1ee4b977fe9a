#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.30, RFC 8881 18.28: the stateid goes with its filehandle (16.2.3.1.2).
Async<SAVEFH4res> savefh(Compound& c, const rpc::Void&) {
  c.saved = c.current;
  return SAVEFH4res{NFS4_OK};
}

}  // namespace dfs::nfs4::ops
