#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/names.h"
#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.13, RFC 8881 18.13
Async<LOOKUP4res> lookup(Compound& c, const LOOKUP4args& a) {
  if (const nfsstat4 s = check_component(a.objname); s != NFS4_OK) return LOOKUP4res{s};
  const Place& dir = c.current.place;
  if (const Place other = junction(c, dir, a.objname.view())) {
    c.enter(other);
    return LOOKUP4res{NFS4_OK};
  }
  if (!dir.object()) return LOOKUP4res{NFS4ERR_NOENT};
  return then(dir.fs().lookup(dir.who, dir.node, a.objname.view()), [&c](const fs::LookupResult& r) {
    if (r.error != fs::FsError::ok) return LOOKUP4res{directory_status(r.error, r.dir)};
    c.enter(beside(c.current.place, r.node));
    return LOOKUP4res{NFS4_OK};
  });
}

}  // namespace dfs::nfs4::ops
