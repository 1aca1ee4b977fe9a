#include "protocols/nfs4/change_info.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/names.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/tell.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.26, RFC 8881 18.25
Async<REMOVE4res> remove(Compound& c, const REMOVE4args& a) {
  const Place& dir = c.current.place;
  if (const nfsstat4 s = check_component(a.target); s != NFS4_OK) return with_status<REMOVE4res>(s);
  if (dir.read_only()) return with_status<REMOVE4res>(NFS4ERR_ROFS);
  // An export is in use there.
  if (junction(c, dir, a.target.view())) return with_status<REMOVE4res>(NFS4ERR_FILE_OPEN);
  // Somebody may be about to reclaim a delegation, of what is removed too.
  if (const nfsstat4 s = not_in_grace(*c.server.state); s != NFS4_OK) return with_status<REMOVE4res>(s);
  return recorded<fs::RemoveResult>(
      c, [&](auto* rider) { return dir.fs().remove_any(dir.who, dir.node, a.target.view(), rider); },
      [](const fs::RemoveResult& r) {
        REMOVE4res res{};
        res.status = directory_status(r.error, r.dir.before);
        if (res.status == NFS4_OK) res.resok4.cinfo = change_info(r.dir);
        return res;
      },
      [&c, &a](const fs::RemoveResult& r) { tell(c, c.current.place).removed(a.target.view(), r); });
}

}  // namespace dfs::nfs4::ops
