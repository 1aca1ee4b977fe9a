#include "protocols/nfs3/creation.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.9
Async<MKDIR3res> mkdir(Nfs3& n, rpc::Call& call, const MKDIR3args& a) {
  const Place* p = nullptr;
  if (const nfsstat3 s = resolve_for_change(n, call, a.where.dir, &p); s != NFS3_OK)
    return refused<MKDIR3res>(p, s, of_directory);
  const fs::SetAttr* attr = to_setattr(call, a.attributes);
  if (attr == nullptr) return refused<MKDIR3res>(p, NFS3ERR_INVAL, of_directory);
  return when_clear<MKDIR3res>(n, {making(p, a.where.name)}, [&n, &call, &a, p, attr]() -> Async<MKDIR3res> {
    return then(p->fs().mkdir(p->who, p->node, a.where.name.view(), *attr),
                Created<MKDIR3res>{n, call, *p, a.where.name.view()});
  });
}

}  // namespace dfs::nfs3
