#include "protocols/nfs3/promises.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.14
Async<RENAME3res> rename(Nfs3& n, rpc::Call& call, const RENAME3args& a) {
  const Place* from = nullptr;
  const Place* to = nullptr;
  const nfsstat3 from_dir_status = resolve_for_change(n, call, a.from.dir, &from);
  const nfsstat3 to_dir_status = resolve_for_change(n, call, a.to.dir, &to);
  nfsstat3 refusal = from_dir_status != NFS3_OK ? from_dir_status : to_dir_status;
  if (refusal == NFS3_OK && from->ex != to->ex) refusal = NFS3ERR_XDEV;
  if (refusal != NFS3_OK)
    return refused<RENAME3res>(
        from, to, refusal, [](RENAME3resfail& f) -> post_op_attr& { return f.fromdir_wcc.after; },
        [](RENAME3resfail& f) -> post_op_attr& { return f.todir_wcc.after; });
  auto rename = [&a, from, to]() -> Async<RENAME3res> {
    return then(from->fs().rename(from->who, from->node, a.from.name.view(), to->node, a.to.name.view()),
                [from, to](const fs::RenameResult& r) {
                  RENAME3res res{};
                  // The implementation notes: "." and ".." on either side give INVAL.
                  res.status = to_status(r.error, NFS3ERR_INVAL);
                  if (res.status == NFS3_OK)
                    res.resok = {wcc(*from, r.from_dir), wcc(*to, r.to_dir)};
                  else
                    res.resfail = {wcc(*from, r.from_dir), wcc(*to, r.to_dir)};
                  return res;
                });
  };
  // Both what moves and what it replaces.
  return when_clear<RENAME3res>(n, *from, a.from.name, fs::Touch::change, [&n, &a, to, rename] {
    return when_clear<RENAME3res>(n, *to, a.to.name, fs::Touch::change, rename);
  });
}

}  // namespace dfs::nfs3
