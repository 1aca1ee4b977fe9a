#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.20
Async<PATHCONF3res> pathconf(Nfs3& n, rpc::Call& call, const PATHCONF3args& a) {
  PATHCONF3res res{};
  const Place* p;
  if ((res.status = resolve(n, call, a.object, &p)) != NFS3_OK) return res;
  return then(p->fs().getattr(p->node), [p](const fs::AttrResult& r) {
    PATHCONF3res res{};
    if ((res.status = to_status(r.error)) != NFS3_OK) return res;
    PATHCONF3resok& ok = res.resok;
    ok.obj_attributes = attrs(*p, r.node);
    ok.linkmax = fs::kMaxLinks;
    ok.name_max = fs::kMaxName;
    ok.no_trunc = true;
    ok.chown_restricted = true;
    ok.case_insensitive = false;
    ok.case_preserving = true;
    return res;
  });
}

}  // namespace dfs::nfs3
