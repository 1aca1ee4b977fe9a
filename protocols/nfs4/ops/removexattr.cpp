#include "protocols/nfs4/change_info.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/tell.h"
#include "protocols/nfs4/xattr.h"

namespace dfs::nfs4::ops {

// RFC 8276 8.4.4
Async<REMOVEXATTR4res> removexattr(Compound& c, const REMOVEXATTR4args& a) {
  const Place& p = c.current.place;
  if (const nfsstat4 s = check_xattr(p, a.rxa_name); s != NFS4_OK) return with_status<REMOVEXATTR4res>(s);
  if (p.read_only()) return with_status<REMOVEXATTR4res>(NFS4ERR_ROFS);
  return recorded<fs::ChangeResult>(
      c, [&](auto* rider) { return p.fs().removexattr(p.who, p.node, a.rxa_name.view(), rider); },
      [](const fs::ChangeResult& r) {
        REMOVEXATTR4res res{};
        res.rxr_status = xattr_status(r.error);
        if (res.rxr_status == NFS4_OK) res.rxr_info = change_info(r.node);
        return res;
      },
      [&c](const fs::ChangeResult& r) { tell(c, c.current.place).changed(r.node); });
}

}  // namespace dfs::nfs4::ops
