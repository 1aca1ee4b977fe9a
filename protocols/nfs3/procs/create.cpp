#include "protocols/nfs3/creation.h"
#include "protocols/nfs3/verifier.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.8
Async<CREATE3res> create(Nfs3& n, rpc::Call& call, const CREATE3args& a) {
  const Place* p = nullptr;
  if (const nfsstat3 s = resolve_for_change(n, call, a.where.dir, &p); s != NFS3_OK)
    return refused<CREATE3res>(p, s, of_directory);
  if (a.how.mode == EXCLUSIVE) {
    static constexpr fs::SetAttr kNone{};
    return when_clear<CREATE3res>(n, {making(p, a.where.name)}, [&n, &call, &a, p]() -> Async<CREATE3res> {
      return then(p->fs().create(p->who, p->node, a.where.name.view(), fs::CreateHow::exclusive, kNone,
                                 from_verifier(a.how.verf)),
                  Created<CREATE3res>{n, call, *p, a.where.name.view()});
    });
  }
  const fs::SetAttr* attr = to_setattr(call, a.how.obj_attributes);
  if (attr == nullptr) return refused<CREATE3res>(p, NFS3ERR_INVAL, of_directory);
  const auto how = a.how.mode == GUARDED ? fs::CreateHow::guarded : fs::CreateHow::unchecked;
  // A file that is there already may be cut to its new size (3.3.8).
  const fs::Touch touch = attr->size ? fs::Touch::write : fs::Touch::look;
  return when_clear<CREATE3res>(
      n, {{p, touch, Touching::Of::named, a.where.name.view()}, making(p, a.where.name)},
      [&n, &call, &a, p, how, attr]() -> Async<CREATE3res> {
        return then(p->fs().create(p->who, p->node, a.where.name.view(), how, *attr),
                    Created<CREATE3res>{n, call, *p, a.where.name.view()});
      });
}

}  // namespace dfs::nfs3
