#include "protocols/nfs4/secinfo.h"

#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/names.h"
#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.31, RFC 8881 18.29
Async<SECINFO4res> secinfo(Compound& c, const SECINFO4args& a) {
  const Place& dir = c.current.place;
  if (const nfsstat4 s = check_component(a.name); s != NFS4_OK) return with_status<SECINFO4res>(s);
  if (junction(c, dir, a.name.view())) return serve_secinfo(c);
  if (!dir.object()) return with_status<SECINFO4res>(NFS4ERR_NOENT);
  return then(dir.fs().lookup(dir.who, dir.node, a.name.view()), [&c](const fs::LookupResult& r) {
    return r.error == fs::FsError::ok ? serve_secinfo(c)
                                      : with_status<SECINFO4res>(directory_status(r.error, r.dir));
  });
}

}  // namespace dfs::nfs4::ops
