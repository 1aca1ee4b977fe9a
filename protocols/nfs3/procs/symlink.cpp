#include "protocols/nfs3/creation.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.10
Async<SYMLINK3res> symlink(Nfs3& n, rpc::Call& call, const SYMLINK3args& a) {
  const Place* p = nullptr;
  if (const nfsstat3 s = resolve_for_change(n, call, a.where.dir, &p); s != NFS3_OK)
    return refused<SYMLINK3res>(p, s, of_directory);
  const fs::SetAttr* attr = to_setattr(call, a.symlink.symlink_attributes);
  if (attr == nullptr) return refused<SYMLINK3res>(p, NFS3ERR_INVAL, of_directory);
  return when_clear<SYMLINK3res>(
      n, {making(p, a.where.name)}, [&n, &call, &a, p, attr]() -> Async<SYMLINK3res> {
        return then(
            p->fs().symlink(p->who, p->node, a.where.name.view(), a.symlink.symlink_data.view(), *attr),
            Created<SYMLINK3res>{n, call, *p, a.where.name.view()});
      });
}

}  // namespace dfs::nfs3
