#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {

// RFC 8881 18.50
Async<DESTROY_CLIENTID4res> destroy_clientid(Compound& c, const DESTROY_CLIENTID4args& a) {
  return DESTROY_CLIENTID4res{c.server.state->clients.destroy(a.dca_clientid)};
}

}  // namespace dfs::nfs4::ops
