#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.34
Async<SETCLIENTID_CONFIRM4res> setclientid_confirm(Compound& c, const SETCLIENTID_CONFIRM4args& a) {
  return SETCLIENTID_CONFIRM4res{c.server.state->clients.set_client_id_confirm(a, Principal::of(c.call))};
}

}  // namespace dfs::nfs4::ops
