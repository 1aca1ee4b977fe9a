#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.28
Async<RENEW4res> renew(Compound& c, const RENEW4args& a) {
  Ref<Client> client;
  return RENEW4res{client_of_40(*c.server.state, a.clientid, &client)};
}

}  // namespace dfs::nfs4::ops
