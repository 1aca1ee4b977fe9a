#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/pseudo.h"
#include "protocols/nfs4/secinfo.h"

namespace dfs::nfs4::ops {

// RFC 8881 18.45
Async<SECINFO_NO_NAME4res> secinfo_no_name(Compound& c, const SECINFO_NO_NAME4args& a) {
  const Place& p = c.current.place;
  const auto directory = pseudo_of(c.server, p);
  if (a == SECINFO_STYLE4_PARENT && directory == Pseudo::kRoot)
    return with_status<SECINFO4res>(NFS4ERR_NOENT);
  if (directory) return serve_secinfo(c);
  return then(p.fs().getattr(p.node), [&c, a](const fs::AttrResult& r) {
    if (r.error != fs::FsError::ok) return with_status<SECINFO4res>(to_status(r.error));
    // Whose parent is asked for is a directory (18.45.3: as LOOKUPP would have it).
    if (a == SECINFO_STYLE4_PARENT && r.node.type != fs::FileType::directory)
      return with_status<SECINFO4res>(directory_status(fs::FsError::not_directory, r.node));
    return serve_secinfo(c);
  });
}

}  // namespace dfs::nfs4::ops
