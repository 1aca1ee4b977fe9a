#include "protocols/nfs3/promises.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.12
Async<REMOVE3res> remove(Nfs3& n, rpc::Call& call, const REMOVE3args& a) {
  const Place* p = nullptr;
  if (const nfsstat3 s = resolve_for_change(n, call, a.object.dir, &p); s != NFS3_OK)
    return refused<REMOVE3res>(p, s, of_directory);
  return when_clear<REMOVE3res>(
      n,
      {{p, fs::Touch::unlink, Touching::Of::named, a.object.name.view()},
       {p, fs::Touch::remove_entry, Touching::Of::dir_if_there, a.object.name.view()}},
      [&n, &a, p]() -> Async<REMOVE3res> {
        return then(p->fs().remove(p->who, p->node, a.object.name.view()),
                    [&n, &a, p](const fs::RemoveResult& r) {
                      REMOVE3res res{};
                      res.status = to_status(r.error, NFS3ERR_ISDIR);  // "." and ".." are directories
                      if (res.status == NFS3_OK) tell(n, *p).removed(a.object.name.view(), r);
                      (res.status == NFS3_OK ? res.resok.dir_wcc : res.resfail.dir_wcc) = wcc(*p, r.dir);
                      return res;
                    });
      });
}

}  // namespace dfs::nfs3
