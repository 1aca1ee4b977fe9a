#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.15
Async<LINK3res> link(Nfs3& n, rpc::Call& call, const LINK3args& a) {
  LINK3res res{};
  const Place* file;
  const Place* dir;
  if ((res.status = resolve_for_change(n, call, a.file, &file)) != NFS3_OK) return res;
  if ((res.status = resolve_for_change(n, call, a.link.dir, &dir)) != NFS3_OK) return res;
  if (file->ex != dir->ex) {
    res.status = NFS3ERR_XDEV;
    return res;
  }
  return then(file->fs().link(file->who, file->node, dir->node, a.link.name.view()),
              [file, dir](const fs::LinkResult& r) {
                LINK3res res{};
                res.status = to_status(r.error, NFS3ERR_EXIST);
                if (res.status == NFS3_OK)
                  res.resok = {attrs(*file, r.node, r.node_known), wcc(*dir, r.dir)};
                else
                  res.resfail = {attrs(*file, r.node, r.node_known), wcc(*dir, r.dir)};
                return res;
              });
}

}  // namespace dfs::nfs3
