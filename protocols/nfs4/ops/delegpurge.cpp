#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.5, RFC 8881 18.5
Async<DELEGPURGE4res> delegpurge(Compound& c, const DELEGPURGE4args& a) {
  State& state = *c.server.state;
  Ref<Client> client;
  // "The server MUST ignore the clientid field": from 4.1 on.
  if (c.minor > 0)
    client = c.session->client;
  else if (const nfsstat4 s = client_of_40(state, a.clientid, &client); s != NFS4_OK)
    return DELEGPURGE4res{s};
  state.delegations.purge(*client);
  return DELEGPURGE4res{NFS4_OK};
}

}  // namespace dfs::nfs4::ops
