#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/pseudo.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.14, RFC 8881 18.14
Async<LOOKUPP4res> lookupp(Compound& c, const rpc::Void&) {
  const Place& dir = c.current.place;
  if (const auto here = pseudo_of(c.server, dir)) {
    if (*here == Pseudo::kRoot) return LOOKUPP4res{NFS4ERR_NOENT};
    c.enter(enter_pseudo(c, c.server.pseudo->at(*here).parent));
    return LOOKUPP4res{NFS4_OK};
  }
  return then(dir.fs().lookup(dir.who, dir.node, ".."), [&c](const fs::LookupResult& r) {
    if (r.error != fs::FsError::ok) return LOOKUPP4res{directory_status(r.error, r.dir)};
    c.enter(beside(c.current.place, r.node));
    return LOOKUPP4res{NFS4_OK};
  });
}

}  // namespace dfs::nfs4::ops
