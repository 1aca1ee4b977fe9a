#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.6, RFC 8881 18.6
Async<DELEGRETURN4res> delegreturn(Compound& c, const DELEGRETURN4args& a) {
  Named named;
  if (const nfsstat4 s = find_state(c, a.deleg_stateid, StateKind::delegation, &named); s != NFS4_OK)
    return DELEGRETURN4res{s};
  const auto d = Ref<Delegation>::share(static_cast<Delegation*>(named.record.get()));
  return DELEGRETURN4res{c.server.state->delegations.give_back(c, d, named.seqid)};
}

}  // namespace dfs::nfs4::ops
