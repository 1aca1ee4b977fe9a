#include "protocols/nfs3/promises.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.12
Async<REMOVE3res> remove(Nfs3& n, rpc::Call& call, const REMOVE3args& a) {
  const Place* p = nullptr;
  if (const nfsstat3 s = resolve_for_change(n, call, a.object.dir, &p); s != NFS3_OK)
    return refused<REMOVE3res>(p, s, of_directory);
  return when_clear<REMOVE3res>(n, *p, a.object.name, fs::Touch::change, [&a, p]() -> Async<REMOVE3res> {
    return then(p->fs().remove(p->who, p->node, a.object.name.view()), [p](const fs::RemoveResult& r) {
      REMOVE3res res{};
      res.status = to_status(r.error, NFS3ERR_ISDIR);  // "." and ".." are directories
      (res.status == NFS3_OK ? res.resok.dir_wcc : res.resfail.dir_wcc) = wcc(*p, r.dir);
      return res;
    });
  });
}

}  // namespace dfs::nfs3
