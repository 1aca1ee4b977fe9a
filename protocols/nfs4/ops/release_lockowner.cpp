#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/locks.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.37
Async<RELEASE_LOCKOWNER4res> release_lockowner(Compound& c, const RELEASE_LOCKOWNER4args& a) {
  State& state = *c.server.state;
  Ref<Client> client;
  if (const nfsstat4 s = client_of_40(state, a.lock_owner.clientid, &client); s != NFS4_OK)
    return RELEASE_LOCKOWNER4res{s};
  return RELEASE_LOCKOWNER4res{release_lock_owner(state, *client, a.lock_owner.owner)};
}

}  // namespace dfs::nfs4::ops
