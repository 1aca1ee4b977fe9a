#include "protocols/nfs4/attrs/compare.h"
#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.15, RFC 8881 18.15
Async<NVERIFY4res> nverify(Compound& c, const NVERIFY4args& a) {
  return then(compare_attrs(c, a.obj_attributes),
              [](nfsstat4 s) { return NVERIFY4res{s == NFS4ERR_NOT_SAME ? NFS4_OK : s}; });
}

}  // namespace dfs::nfs4::ops
