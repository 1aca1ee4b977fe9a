#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.14
Async<RENAME3res> rename(Nfs3& n, rpc::Call& call, const RENAME3args& a) {
  RENAME3res res{};
  const Place* from;
  const Place* to;
  if ((res.status = resolve_for_change(n, call, a.from.dir, &from)) != NFS3_OK) return res;
  if ((res.status = resolve_for_change(n, call, a.to.dir, &to)) != NFS3_OK) return res;
  if (from->ex != to->ex) {
    res.status = NFS3ERR_XDEV;
    return res;
  }
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
}

}  // namespace dfs::nfs3
