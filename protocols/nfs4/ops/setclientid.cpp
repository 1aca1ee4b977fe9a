#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.33
Async<SETCLIENTID4res> setclientid(Compound& c, const SETCLIENTID4args& a) {
  SETCLIENTID4res res{};
  Callback40 in_use;
  res.status = c.server.state->clients.set_client_id(a, Principal::of(c.call), &res.resok4, &in_use);
  if (res.status == NFS4ERR_CLID_INUSE)
    res.client_using = {c.call.arena.copy(in_use.netid), c.call.arena.copy(in_use.address)};
  return res;
}

}  // namespace dfs::nfs4::ops
