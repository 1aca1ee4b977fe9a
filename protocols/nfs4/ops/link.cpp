#include "protocols/nfs4/change_info.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/names.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/tell.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.9, RFC 8881 18.9
Async<LINK4res> link(Compound& c, const LINK4args& a) {
  const Place &file = c.saved.place, &dir = c.current.place;
  if (const nfsstat4 s = check_component(a.newname); s != NFS4_OK) return with_status<LINK4res>(s);
  if (!file.same_fs(dir)) return with_status<LINK4res>(NFS4ERR_XDEV);
  if (file.read_only() || dir.read_only()) return with_status<LINK4res>(NFS4ERR_ROFS);
  if (junction(c, dir, a.newname.view())) return with_status<LINK4res>(NFS4ERR_EXIST);
  return recorded<fs::LinkResult>(
      c, [&](auto* rider) { return dir.fs().link(dir.who, file.node, dir.node, a.newname.view(), rider); },
      [](const fs::LinkResult& r) {
        LINK4res res{};
        res.status = directory_status(r.error, r.dir.before);
        if (res.status == NFS4_OK) res.resok4.cinfo = change_info(r.dir);
        return res;
      },
      [&c, &a](const fs::LinkResult& r) { tell(c, c.current.place).linked(a.newname.view(), r); });
}

}  // namespace dfs::nfs4::ops
