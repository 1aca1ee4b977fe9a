#include "protocols/nfs3/promises.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.15
Async<LINK3res> link(Nfs3& n, rpc::Call& call, const LINK3args& a) {
  const Place* file = nullptr;
  const Place* dir = nullptr;
  const nfsstat3 file_status = resolve_for_change(n, call, a.file, &file);
  const nfsstat3 dir_status = resolve_for_change(n, call, a.link.dir, &dir);
  nfsstat3 refusal = file_status != NFS3_OK ? file_status : dir_status;
  if (refusal == NFS3_OK && file->ex != dir->ex) refusal = NFS3ERR_XDEV;
  if (refusal != NFS3_OK)
    return refused<LINK3res>(
        file, dir, refusal, [](LINK3resfail& f) -> post_op_attr& { return f.file_attributes; },
        [](LINK3resfail& f) -> post_op_attr& { return f.linkdir_wcc.after; });
  return when_clear<LINK3res>(
      n,
      {{file, fs::Touch::change}, {dir, fs::Touch::add_entry, Touching::Of::dir_if_not, a.link.name.view()}},
      [&n, &a, file, dir]() -> Async<LINK3res> {
        return then(file->fs().link(file->who, file->node, dir->node, a.link.name.view()),
                    [&n, &a, file, dir](const fs::LinkResult& r) {
                      LINK3res res{};
                      res.status = to_status(r.error, NFS3ERR_EXIST);
                      if (res.status == NFS3_OK) tell(n, *dir).linked(a.link.name.view(), r);
                      if (res.status == NFS3_OK)
                        res.resok = {attrs(*file, r.node, r.node_known), wcc(*dir, r.dir)};
                      else
                        res.resfail = {attrs(*file, r.node, r.node_known), wcc(*dir, r.dir)};
                      return res;
                    });
      });
}

}  // namespace dfs::nfs3
