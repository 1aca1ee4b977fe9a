// Callbacks to a client of 4.0: the server connects to the address that SETCLIENTID gave (RFC
// 7530 3.3.3, 10.1, 16.33).
#include "engine/wire/writer.h"
#include "protocols/nfs4/callback/address.h"
#include "protocols/nfs4/callback/callbacks.h"
#include "protocols/nfs4/program.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {
namespace {

constexpr u32 kCbNull = 0, kCbCompound = 1, kCbVersion = 1;

struct Dialing {
  rpc::Dialer& dialer;
  const Endpoint to;
  const Nanos limit;
  u64 connection = 0;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    Executor* home = Executor::current();
    dialer.dial(to, limit, [this, h, home](u64 made) {
      connection = made;
      home->submit([h] { h.resume(); });
    });
  }
  u64 await_resume() const noexcept { return connection; }
};

// "AUTH_SYS of root": the server is nobody of the client's users. A client that came without credentials gets
// none.
rpc::CallHeader header_of(const Client& client, u32 program, u32 procedure) {
  rpc::CallHeader h{program, kCbVersion, procedure, client.principal.flavor, {}};
  if (h.flavor == rpc::Flavor::sys)
    h.credential = wire::encode_to_string([&](wire::Writer& w) {
      w.u32(0);
      w.text(Text::of("dittofs"));
      for (u32 v : {0u, 0u, 0u}) w.u32(v);  // uid, gid, no gids
    });
  return h;
}

std::string compound(u32 ident, const CbOps& ops) {
  std::string out = wire::encode_to_string([&](wire::Writer& w) {
    w.text({});
    w.u32(0);  // minorversion
    w.u32(ident);
    w.u32(ops.count());
  });
  return out.append(ops.bytes());
}

Callback40 callback_of(Client& client) {
  std::lock_guard lock(client.mutex);
  return client.callback;
}

}  // namespace

// The connection there is, or a new one; 0: none can be made.
Task<u64> Callbacks::connect(Ref<Client> client) {
  u64 connection;
  Callback40 at;
  {
    std::lock_guard lock(client->mutex);
    connection = client->callback_connection;
    at = client->callback;
  }
  if (connection != 0 && streams_->open(connection)) co_return connection;
  const auto to = endpoint_of(at.netid, at.address);
  if (!to || streams_->dialer == nullptr) co_return 0;
  connection = co_await Dialing{*streams_->dialer, *to, state_.server.limits.callback_timeout};
  if (connection == 0) co_return 0;
  u64 extra = 0;
  {
    std::lock_guard lock(client->mutex);
    // Another callback may have connected meanwhile, the client have moved, or be gone.
    if (client->gone() || client->callback.address != at.address)
      extra = connection;
    else
      extra = std::exchange(client->callback_connection, connection);
  }
  if (extra != 0) streams_->close(extra);
  co_return extra == connection ? 0 : connection;
}

Task<CbResult> Callbacks::call_address(Ref<Client> client, CbOps ops) {
  using Outcome = rpc::Answer::Outcome;
  CbResult r;
  // A connection that was idle for long may be gone without our knowing: one more is tried.
  for (int tries = 0; tries < 2 && !waits.stopped(); ++tries) {
    const u64 connection = co_await connect(client);
    if (connection == 0) break;
    const Callback40 at = callback_of(*client);
    const bool null = ops.count() == 0;
    const rpc::CallHeader header = header_of(*client, at.program, null ? kCbNull : kCbCompound);
    std::string args;
    if (!null) args = compound(at.ident, ops);
    rpc::Answer answer = co_await ask(*client, connection, header, std::move(args), ops.name());
    if (answer.outcome == Outcome::lost || answer.outcome == Outcome::unsent) continue;
    if (answer.outcome == Outcome::accepted && !null) r.reply = decode_cb_reply(std::move(answer.results));
    if (answer.outcome == Outcome::timed_out) {
      r.path = CbResult::Path::timed_out;
      streams_->close(connection);
    } else if (answer.outcome != Outcome::accepted || (!null && !r.reply)) {
      r.path = CbResult::Path::garbage;
    } else {
      r.path = CbResult::Path::answered;
      r.status = null ? NFS4_OK : r.reply->res.status;
    }
    break;
  }
  if (!waits.stopped()) set_path(*client, r.answered() ? CallbackPath::up : CallbackPath::down);
  co_return r;
}

Task<void> Callbacks::probe(Ref<Client> client) { (void)co_await call_address(std::move(client), {}); }

void Callbacks::address_confirmed(const Ref<Client>& client) {
  if (streams_ == nullptr) return;
  forget(*client);  // a connection to where it was
  set_path(*client, CallbackPath::unknown);
  spawn([this, client] { return probe(client); });
}

}  // namespace dfs::nfs4
