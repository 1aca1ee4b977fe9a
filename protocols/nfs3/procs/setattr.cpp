#include "protocols/nfs3/promises.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.2
Async<SETATTR3res> setattr(Nfs3& n, rpc::Call& call, const SETATTR3args& a) {
  constexpr auto of_object = [](SETATTR3resfail& f) -> post_op_attr& { return f.obj_wcc.after; };
  const Place* p = nullptr;
  if (const nfsstat3 s = resolve_for_change(n, call, a.object, &p); s != NFS3_OK)
    return refused<SETATTR3res>(p, s, of_object);
  const fs::SetAttr* attr = to_setattr(call, a.new_attributes);
  if (attr == nullptr) return refused<SETATTR3res>(p, NFS3ERR_INVAL, of_object);
  std::optional<WallTime> guard;
  if (a.guard.check) guard = from_nfstime(a.guard.obj_ctime);
  return when_clear<SETATTR3res>(
      n, {{p, attr->size ? fs::Touch::write : fs::Touch::change}},
      [&n, p, attr, guard]() -> Async<SETATTR3res> {
        return then(p->fs().setattr(p->who, p->node, *attr, guard), [&n, p](const fs::SetAttrResult& r) {
          SETATTR3res res{};
          res.status = to_status(r.error);
          if (res.status == NFS3_OK) tell(n, *p).changed(r.node);
          (res.status == NFS3_OK ? res.resok.obj_wcc : res.resfail.obj_wcc) = wcc(*p, r.node);
          return res;
        });
      });
}

}  // namespace dfs::nfs3
