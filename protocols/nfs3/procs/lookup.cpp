#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.3
Async<LOOKUP3res> lookup(Nfs3& n, rpc::Call& call, const LOOKUP3args& a) {
  LOOKUP3res res{};
  const Place* p;
  if ((res.status = resolve(n, call, a.what.dir, &p)) != NFS3_OK) return res;
  return then(p->fs().lookup(p->who, p->node, a.what.name.view()), [&n, &call, p](const fs::LookupResult& r) {
    LOOKUP3res res{};
    res.status = to_status(r.error);
    if (res.status != NFS3_OK) {
      res.resfail.dir_attributes = attrs(*p, r.dir, r.dir_known);
      return res;
    }
    res.resok.object = handle_of(n, call, *p, {r.node.id, r.node.generation});
    res.resok.obj_attributes = attrs(*p, r.node);
    res.resok.dir_attributes = attrs(*p, r.dir, r.dir_known);
    return res;
  });
}

}  // namespace dfs::nfs3
