#include "protocols/nfs4/attrs/encode.h"
#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.7, RFC 8881 18.7
Async<GETATTR4res> getattr(Compound& c, const GETATTR4args& a) {
  const AttrSet wanted(a.attr_request);
  // "A write-only attribute": the server MUST return INVAL. What is not supported is left out.
  if (wanted.intersects(supported_attrs(c.minor) - readable_attrs(c.minor)))
    return with_status<GETATTR4res>(NFS4ERR_INVAL);
  return then(gather(c, c.current.place, wanted), [&c, wanted](const Gathered& g) {
    GETATTR4res res{};
    res.status = g.status;
    if (g.status != NFS4_OK) return res;
    take_held(c, *g.source);
    res.resok4.obj_attributes = to_fattr(*g.source, wanted);
    return res;
  });
}

}  // namespace dfs::nfs4::ops
