#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {

// RFC 8881 18.37
Async<DESTROY_SESSION4res> destroy_session(Compound& c, const DESTROY_SESSION4args& a) {
  State& state = *c.server.state;
  const Ref<Session> session = state.find_session(a.dsa_sessionid);
  const auto erased = [](fs::FsError e) { return DESTROY_SESSION4res{to_status(e)}; };
  if (!session) {
    // One of an earlier run has no connections: whoever knows it may end it.
    if (!state.persistence.find(a.dsa_sessionid)) return DESTROY_SESSION4res{NFS4ERR_BADSESSION};
    return then(state.persistence.erase(a.dsa_sessionid), erased);
  }
  if (c.session == session.get()) {
    // "DESTROY_SESSION MUST be the final operation in the COMPOUND request."
    if (c.index + 1 != c.count) return DESTROY_SESSION4res{NFS4ERR_NOT_ONLY_OP};
  } else if (!session->bound(c.call.transport->id())) {
    return DESTROY_SESSION4res{NFS4ERR_CONN_NOT_BOUND_TO_SESSION};
  }
  // Requests under way end first; their replies would have nowhere to be remembered.
  if (!session->close(c.session)) return DESTROY_SESSION4res{NFS4ERR_DELAY};
  state.remove_session(*session);
  if (!session->persistent) return DESTROY_SESSION4res{NFS4_OK};
  return then(state.persistence.erase(session->id), erased);
}

}  // namespace dfs::nfs4::ops
