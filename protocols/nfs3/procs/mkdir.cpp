#include "protocols/nfs3/creation.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.9
Async<MKDIR3res> mkdir(Nfs3& n, rpc::Call& call, const MKDIR3args& a) {
  const Place* p;
  if (const nfsstat3 s = resolve_for_change(n, call, a.where.dir, &p); s != NFS3_OK)
    return failed<MKDIR3res>(s);
  const fs::SetAttr* attr = to_setattr(call, a.attributes);
  if (attr == nullptr) return failed<MKDIR3res>(NFS3ERR_INVAL);
  return then(p->fs().mkdir(p->who, p->node, a.where.name.view(), *attr), Created<MKDIR3res>{n, call, *p});
}

}  // namespace dfs::nfs3
