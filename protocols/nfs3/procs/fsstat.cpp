#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.18
Async<FSSTAT3res> fsstat(Nfs3& n, rpc::Call& call, const FSSTAT3args& a) {
  FSSTAT3res res{};
  const Place* p;
  if ((res.status = resolve(n, call, a.fsroot, &p)) != NFS3_OK) return res;
  return then(p->fs().getattr(p->node), [p](const fs::AttrResult& node) -> Async<FSSTAT3res> {
    if (node.error != fs::FsError::ok) {
      FSSTAT3res res{};
      res.status = to_status(node.error);
      return res;
    }
    const post_op_attr obj = attrs(*p, node.node);
    return then(p->fs().statfs(p->node), [obj](const Result<fs::FsStat, fs::FsError>& s) {
      FSSTAT3res res{};
      if (!s) {
        res.status = to_status(s.error());
        res.resfail.obj_attributes = obj;
        return res;
      }
      // invarsec 0: the figures may change at any time.
      res.resok = {obj,
                   s->total_bytes,
                   s->free_bytes,
                   s->available_bytes,
                   s->total_files,
                   s->free_files,
                   s->available_files,
                   0};
      return res;
    });
  });
}

}  // namespace dfs::nfs3
