#include "protocols/nfs3/promises.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.1
Async<GETATTR3res> getattr(Nfs3& n, rpc::Call& call, const GETATTR3args& a) {
  GETATTR3res res{};
  const Place* p;
  if ((res.status = resolve(n, call, a.object, &p)) != NFS3_OK) return res;
  // Who may hold writes back gives them up first: there is no way to say what he has.
  return when_clear<GETATTR3res>(n, {{p, fs::Touch::look}}, [p]() -> Async<GETATTR3res> {
    return then(p->fs().getattr(p->node), [p](const fs::AttrResult& r) {
      GETATTR3res res{};
      if ((res.status = to_status(r.error)) == NFS3_OK) res.resok.obj_attributes = to_fattr(*p, r.node);
      return res;
    });
  });
}

}  // namespace dfs::nfs3
