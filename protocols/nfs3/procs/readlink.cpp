#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.5
Async<READLINK3res> readlink(Nfs3& n, rpc::Call& call, const READLINK3args& a) {
  READLINK3res res{};
  const Place* p;
  if ((res.status = resolve(n, call, a.symlink, &p)) != NFS3_OK) return res;
  return then(p->fs().readlink(p->who, p->node), [&call, p](const fs::TextResult& r) {
    READLINK3res res{};
    res.status = to_status(r.error);
    if (res.status != NFS3_OK) {
      res.resfail.symlink_attributes = attrs(*p, r.node, r.known);
      return res;
    }
    res.resok.symlink_attributes = attrs(*p, r.node, r.known);
    res.resok.data = call.arena.copy(std::string_view(r.text));
    return res;
  });
}

}  // namespace dfs::nfs3
