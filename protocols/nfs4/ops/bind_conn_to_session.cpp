#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {

// RFC 8881 18.34
Async<BIND_CONN_TO_SESSION4res> bind_conn_to_session(Compound& c, const BIND_CONN_TO_SESSION4args& a) {
  BIND_CONN_TO_SESSION4res res{};
  const Ref<Session> session = c.server.state->find_session(a.bctsa_sessid);
  if (!session) {
    const bool dead = c.server.state->persistence.find(a.bctsa_sessid) != nullptr;
    res.bctsr_status = dead ? NFS4ERR_DEADSESSION : NFS4ERR_BADSESSION;
    return res;
  }
  // Where the client leaves a choice it gets both.
  u8 directions = Session::kFore | Session::kBack;
  channel_dir_from_server4 answer = CDFS4_BOTH;
  if (a.bctsa_dir == CDFC4_FORE) directions = Session::kFore, answer = CDFS4_FORE;
  if (a.bctsa_dir == CDFC4_BACK) directions = Session::kBack, answer = CDFS4_BACK;
  // "unless the client is demanding changes to the set of channels the connection is associated with": one
  // that insists on the other channel (RFC 8881 18.34.3). A connection is a fore channel's by its first
  // SEQUENCE.
  const u8 bound = session->directions_of(c.call.transport->id());
  if (answer != CDFS4_BOTH && bound != 0 && bound != directions) {
    res.bctsr_status = NFS4ERR_INVAL;
    return res;
  }
  if ((directions & Session::kFore) != 0) session->bind(c.call.transport->id(), Session::kFore);
  if ((directions & Session::kBack) != 0) c.server.state->callbacks.bind(*session, c.call.transport->id());
  session->client->renew(c.server.state->now());
  res.bctsr_resok4 = {a.bctsa_sessid, answer, false};
  return res;
}

}  // namespace dfs::nfs4::ops
