#include "protocols/nfs4/change_info.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/tell.h"
#include "protocols/nfs4/xattr.h"

namespace dfs::nfs4::ops {
namespace {

fs::XattrHow how(setxattr_option4 option) {
  if (option == SETXATTR4_CREATE) return fs::XattrHow::create;
  return option == SETXATTR4_REPLACE ? fs::XattrHow::replace : fs::XattrHow::either;
}

}  // namespace

// RFC 8276 8.4.2
Async<SETXATTR4res> setxattr(Compound& c, const SETXATTR4args& a) {
  const Place& p = c.current.place;
  if (const nfsstat4 s = check_xattr(p, a.sxa_key); s != NFS4_OK) return with_status<SETXATTR4res>(s);
  if (p.read_only()) return with_status<SETXATTR4res>(NFS4ERR_ROFS);
  return recorded<fs::ChangeResult>(
      c,
      [&](auto* rider) {
        return p.fs().setxattr(p.who, p.node, a.sxa_key.view(), a.sxa_value.view(), how(a.sxa_option), rider);
      },
      [](const fs::ChangeResult& r) {
        SETXATTR4res res{};
        res.sxr_status = xattr_status(r.error);
        if (res.sxr_status == NFS4_OK) res.sxr_info = change_info(r.node);
        return res;
      },
      [&c](const fs::ChangeResult& r) { tell(c, c.current.place).changed(r.node); });
}

}  // namespace dfs::nfs4::ops
