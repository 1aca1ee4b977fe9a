#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.12
Async<REMOVE3res> remove(Nfs3& n, rpc::Call& call, const REMOVE3args& a) {
  REMOVE3res res{};
  const Place* p;
  if ((res.status = resolve_for_change(n, call, a.object.dir, &p)) != NFS3_OK) return res;
  return then(p->fs().remove(p->who, p->node, a.object.name.view()), [p](const fs::RemoveResult& r) {
    REMOVE3res res{};
    res.status = to_status(r.error, NFS3ERR_ISDIR);  // "." and ".." are directories
    (res.status == NFS3_OK ? res.resok.dir_wcc : res.resfail.dir_wcc) = wcc(*p, r.dir);
    return res;
  });
}

}  // namespace dfs::nfs3
