#include "protocols/nfs3/promises.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.13
Async<RMDIR3res> rmdir(Nfs3& n, rpc::Call& call, const RMDIR3args& a) {
  const Place* p = nullptr;
  if (const nfsstat3 s = resolve_for_change(n, call, a.object.dir, &p); s != NFS3_OK)
    return refused<RMDIR3res>(p, s, of_directory);
  // The implementation notes: "." gives INVAL, ".." gives EXIST.
  const nfsstat3 dot = a.object.name.view() == "." ? NFS3ERR_INVAL : NFS3ERR_EXIST;
  return when_clear<RMDIR3res>(
      n,
      {{p, fs::Touch::unlink, Touching::Of::named, a.object.name.view()},
       {p, fs::Touch::remove_entry, Touching::Of::dir_if_there, a.object.name.view()}},
      [&n, &a, p, dot]() -> Async<RMDIR3res> {
        return then(p->fs().rmdir(p->who, p->node, a.object.name.view()),
                    [&n, &a, p, dot](const fs::RemoveResult& r) {
                      RMDIR3res res{};
                      res.status = to_status(r.error, dot);
                      if (res.status == NFS3_OK) tell(n, *p).removed(a.object.name.view(), r);
                      (res.status == NFS3_OK ? res.resok.dir_wcc : res.resfail.dir_wcc) = wcc(*p, r.dir);
                      return res;
                    });
      });
}

}  // namespace dfs::nfs3
