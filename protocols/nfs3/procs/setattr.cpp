#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.2
Async<SETATTR3res> setattr(Nfs3& n, rpc::Call& call, const SETATTR3args& a) {
  SETATTR3res res{};
  const Place* p;
  if ((res.status = resolve_for_change(n, call, a.object, &p)) != NFS3_OK) return res;
  const fs::SetAttr* attr = to_setattr(call, a.new_attributes);
  if (attr == nullptr) {
    res.status = NFS3ERR_INVAL;
    return res;
  }
  std::optional<WallTime> guard;
  if (a.guard.check) guard = from_nfstime(a.guard.obj_ctime);
  return then(p->fs().setattr(p->who, p->node, *attr, guard), [p](const fs::SetAttrResult& r) {
    SETATTR3res res{};
    res.status = to_status(r.error);
    (res.status == NFS3_OK ? res.resok.obj_wcc : res.resfail.obj_wcc) = wcc(*p, r.node);
    return res;
  });
}

}  // namespace dfs::nfs3
