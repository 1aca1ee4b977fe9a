#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/status.h"
#include "protocols/nfs3/verifier.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.21
Async<COMMIT3res> commit(Nfs3& n, rpc::Call& call, const COMMIT3args& a) {
  COMMIT3res res{};
  const Place* p;
  if ((res.status = resolve_for_change(n, call, a.file, &p)) != NFS3_OK) return res;
  // The range is advice: committing more than was asked for is allowed, and durability here is of a prefix of
  // all.
  return then(p->fs().commit(p->who, p->node, fs::IoCheck::owner_override), [p](const fs::SetAttrResult& r) {
    COMMIT3res res{};
    res.status = to_data_status(r.error);
    if (res.status != NFS3_OK) {
      res.resfail.file_wcc = wcc(*p, r.node);
      return res;
    }
    res.resok = {wcc(*p, r.node), verifier(p->fs().write_verifier())};
    return res;
  });
}

}  // namespace dfs::nfs3
