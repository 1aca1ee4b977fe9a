#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/xattr.h"

namespace dfs::nfs4::ops {

// RFC 8276 8.4.1. A value that the session has no room for is REP_TOO_BIG, as any result is.
Async<GETXATTR4res> getxattr(Compound& c, const GETXATTR4args& a) {
  const Place& p = c.current.place;
  if (const nfsstat4 s = check_xattr(p, a.gxa_name); s != NFS4_OK) return with_status<GETXATTR4res>(s);
  return then(p.fs().getxattr(p.who, p.node, a.gxa_name.view()), [&c](const fs::XattrResult& r) {
    GETXATTR4res res{};
    res.gxr_status = xattr_status(r.error);
    if (res.gxr_status == NFS4_OK) res.gxr_value = c.call.arena.copy(Bytes::of(r.value));
    return res;
  });
}

}  // namespace dfs::nfs4::ops
