#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {

// RFC 8881 18.51
Async<RECLAIM_COMPLETE4res> reclaim_complete(Compound& c, const RECLAIM_COMPLETE4args& a) {
  // Of one file system, after it has moved here: none ever does, so there is nothing to keep account of.
  if (a.rca_one_fs) return RECLAIM_COMPLETE4res{c.current.place ? NFS4_OK : NFS4ERR_NOFILEHANDLE};
  Client& client = *c.session->client;
  const nfsstat4 s = c.server.state->recovery.complete(client);
  // Of its own restart it reclaims nothing any more, either.
  if (s == NFS4_OK) c.server.state->delegations.purge(client);
  return RECLAIM_COMPLETE4res{s};
}

}  // namespace dfs::nfs4::ops
