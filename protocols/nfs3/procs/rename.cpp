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
  auto rename = [&n, &a, from, to]() -> Async<RENAME3res> {
    return then(from->fs().rename(from->who, from->node, a.from.name.view(), to->node, a.to.name.view()),
                [&n, &a, from, to](const fs::RenameResult& r) {
                  RENAME3res res{};
                  // The implementation notes: "." and ".." on either side give INVAL.
                  res.status = to_status(r.error, NFS3ERR_INVAL);
                  if (res.status == NFS3_OK) tell(n, *from).renamed(a.from.name.view(), a.to.name.view(), r);
                  if (res.status == NFS3_OK)
                    res.resok = {wcc(*from, r.from_dir), wcc(*to, r.to_dir)};
                  else
                    res.resfail = {wcc(*from, r.from_dir), wcc(*to, r.to_dir)};
                  return res;
                });
  };
  using Of = Touching::Of;
  const std::string_view old_name = a.from.name.view(), new_name = a.to.name.view();
  const bool same = from->node == to->node;
  // Both what moves and what it replaces, and the directories.
  return when_clear<RENAME3res>(
      n,
      {{from, fs::Touch::change, Of::named, old_name},
       {to, fs::Touch::unlink, Of::named, new_name},
       {from, same ? fs::Touch::rename_entry : fs::Touch::remove_entry, Of::dir_if_there, old_name},
       {to, same ? fs::Touch::rename_entry : fs::Touch::add_entry, Of::place}},
      rename);
}

}  // namespace dfs::nfs3
