#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/callback_security.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/nfs4/state/trace.h"

namespace dfs::nfs4::ops {
namespace {

constexpr u32 kKnownFlags =
    CREATE_SESSION4_FLAG_PERSIST | CREATE_SESSION4_FLAG_CONN_BACK_CHAN | CREATE_SESSION4_FLAG_CONN_RDMA;
constexpr size_t kMaxSessions = 64;  // of one client

// What is granted of what is asked for.
struct Negotiated {
  ChannelAttrs fore, back;
  CallbackSecurity security;
};

// Makes the session and fills in the reply. The client's mutex is held.
nfsstat4 create_locked(Compound& c, const CREATE_SESSION4args& a, const Ref<Client>& client,
                       const Negotiated& n, Ref<Session>* made, CREATE_SESSION4resok* ok) {
  State& state = *c.server.state;
  if (client->gone()) return NFS4ERR_STALE_CLIENTID;
  if (client->sessions.size() >= kMaxSessions) return NFS4ERR_NOSPC;
  auto session =
      Ref<Session>::adopt(new Session(state, client, c.minor, n.fore, n.back, a.csa_cb_program, n.security));
  state.sessions.add(session, [&](Registry<Session>::Number n) {
    session->number = n;
    session->id = session_id(state.epoch, n, client->number);
    session->persistent = (a.csa_flags & CREATE_SESSION4_FLAG_PERSIST) != 0 && state.persistence.available();
  });
  // RFC 8881 18.36.3; no transport has RDMA.
  const u32 granted = (a.csa_flags & CREATE_SESSION4_FLAG_CONN_BACK_CHAN) |
                      (session->persistent ? CREATE_SESSION4_FLAG_PERSIST : 0);
  session->bind(c.call.transport->id(), Session::kFore);
  client->sessions.push_back(session);
  *ok = {session->id, a.csa_sequence, granted, to_wire(n.fore), to_wire(n.back)};
  trace_created(c.server.trace, *session);
  *made = std::move(session);
  return NFS4_OK;
}

nfsstat4 negotiate(Compound& c, const CREATE_SESSION4args& a, Negotiated* n) {
  if ((a.csa_flags & ~kKnownFlags) != 0) return NFS4ERR_INVAL;
  const nfsstat4 s =
      negotiate_fore(a.csa_fore_chan_attrs, c.server.limits.io_size, c.server.limits.operations, &n->fore);
  if (s != NFS4_OK) return s;
  const nfsstat4 b = negotiate_back(a.csa_back_chan_attrs, &n->back);
  // A back channel that nobody asks for may be as small as it likes.
  if (b != NFS4_OK && (a.csa_flags & CREATE_SESSION4_FLAG_CONN_BACK_CHAN) != 0) return b;
  return callback_security(a.csa_sec_parms, &n->security);
}

// The session could not be made persistent, and there is none: what was remembered for a retry says so too.
CREATE_SESSION4res lost(State& state, Session& session, u32 sequence, nfsstat4 why) {
  CREATE_SESSION4res res{};
  res.csr_status = why;
  session.kill();
  state.remove_session(session);
  std::lock_guard lock(session.client->mutex);
  CreateSessionSlot& slot = session.client->create_session;
  if (slot.sequence == sequence) slot.reply = res;
  return res;
}

}  // namespace

// RFC 8881 18.36
Async<CREATE_SESSION4res> create_session(Compound& c, const CREATE_SESSION4args& a) {
  State& state = *c.server.state;
  CREATE_SESSION4res res{};
  Ref<Client> client = state.clients.find(a.csa_clientid).client;
  if (!client || client->facet != Facet::v41) {
    res.csr_status = NFS4ERR_STALE_CLIENTID;
    return res;
  }
  {
    std::lock_guard lock(client->mutex);
    CreateSessionSlot& slot = client->create_session;
    if (slot.used && a.csa_sequence == slot.sequence) return slot.reply;
    if (a.csa_sequence != slot.sequence + 1) {
      res.csr_status = NFS4ERR_SEQ_MISORDERED;
      return res;
    }
  }
  Negotiated n;
  res.csr_status = negotiate(c, a, &n);
  if (res.csr_status == NFS4_OK) res.csr_status = state.clients.confirm(client, Principal::of(c.call));
  // What was refused takes no sequence number: nothing of it is remembered.
  if (res.csr_status != NFS4_OK) return res;
  Ref<Session> session;
  {
    std::lock_guard lock(client->mutex);
    CreateSessionSlot& slot = client->create_session;
    // Another loop may have carried the same request out meanwhile.
    if (slot.used && a.csa_sequence == slot.sequence) return slot.reply;
    res.csr_status = create_locked(c, a, client, n, &session, &res.csr_resok4);
    if (res.csr_status != NFS4_OK) return res;
    client->renew(state.now());
    slot = {a.csa_sequence, true, res};
  }
  if ((res.csr_resok4.csr_flags & CREATE_SESSION4_FLAG_CONN_BACK_CHAN) != 0)
    state.callbacks.bind(*session, c.call.transport->id());
  if (!session->persistent) return res;
  return then(state.persistence.add(*session),
              [&state, session, sequence = a.csa_sequence, res](fs::FsError e) {
                return e == fs::FsError::ok ? res : lost(state, *session, sequence, to_status(e));
              });
}

}  // namespace dfs::nfs4::ops
