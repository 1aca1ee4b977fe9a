#include "protocols/nfs4/attrs/compare.h"
#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.35, RFC 8881 18.31
Async<VERIFY4res> verify(Compound& c, const VERIFY4args& a) {
  return then(compare_attrs(c, a.obj_attributes),
              [](nfsstat4 s) { return VERIFY4res{s == NFS4ERR_SAME ? NFS4_OK : s}; });
}

}  // namespace dfs::nfs4::ops
