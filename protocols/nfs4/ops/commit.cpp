#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/io.h"
#include "protocols/nfs4/verifier.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.3, RFC 8881 18.3
Async<COMMIT4res> commit(Compound& c, const COMMIT4args& a) {
  const Place& p = c.current.place;
  if (a.count > UINT64_MAX - a.offset) return with_status<COMMIT4res>(NFS4ERR_INVAL);
  if (!p.object()) return with_status<COMMIT4res>(NFS4ERR_ISDIR);
  if (p.read_only()) return with_status<COMMIT4res>(NFS4ERR_ROFS);
  // The range is advice: committing more than was asked for is allowed, and durability here is of a prefix of
  // all.
  return then(p.fs().commit(p.who, p.node, fs::IoCheck::owner_override),
              [&c, &p](const fs::SetAttrResult& r) {
                COMMIT4res res{};
                res.status = data_status(c, r.error);
                if (res.status == NFS4_OK) res.resok4 = {verifier(p.fs().write_verifier())};
                return res;
              });
}

}  // namespace dfs::nfs4::ops
