#include "protocols/nfs4/callback/callbacks.h"

#include <algorithm>

#include "protocols/nfs4/program.h"
#include "protocols/nfs4/state/session.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {

void Callbacks::start(Loop& loop, rpc::Streams& streams) {
  std::lock_guard lock(mutex_);
  loop_ = &loop;
  streams_ = &streams;
  streams.on_closed([this](u64 connection) { connection_closed(connection); });
}

void Callbacks::stop() {
  {
    std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }
  waits.stop();
}

// --- calling -----------------------------------------------------------------------------------------------

Async<CbResult> Callbacks::call(Ref<Client> client, CbOps ops) {
  if (streams_ == nullptr || waits.stopped() || client->gone()) return CbResult{};
  if (client->facet == Facet::v40) return call_address(std::move(client), std::move(ops));
  return call_session(std::move(client), std::move(ops));
}

bool Callbacks::spawn(UniqueFunction<Task<void>()> make) {
  Loop* home = nullptr;
  {
    std::lock_guard lock(mutex_);
    home = loop_;
    if (home == nullptr) return false;
    if (Loop* here = Loop::current(); here != nullptr) home = here;
    if (!home->on_this_thread()) {
      home->submit([home, make = std::move(make)]() mutable { home->scope().spawn(make()); });
      return true;
    }
  }
  home->scope().spawn(make());
  return true;
}

void Callbacks::send(Ref<Client> client, CbOps ops, UniqueFunction<void(const CbResult&)> done) {
  spawn([this, client = std::move(client), ops = std::move(ops), done = std::move(done)]() mutable {
    return send_task(std::move(client), std::move(ops), std::move(done));
  });
}

Task<void> Callbacks::send_task(Ref<Client> client, CbOps ops, UniqueFunction<void(const CbResult&)> done) {
  Async<CbResult> calling = call(std::move(client), std::move(ops));
  const CbResult result = co_await calling;
  if (done) done(result);
}

// --- whether there is a way --------------------------------------------------------------------------------

void Callbacks::set_path(Client& client, CallbackPath path) {
  {
    std::lock_guard lock(client.mutex);
    if (client.path.exchange(path, std::memory_order_acq_rel) == path) return;
    client.decide_sequence_flags_locked();
  }
  if (Trace& trace = state_.server.trace; trace.enabled())
    trace.emit(event::Nfs4CbPath{client.id.value, std::string(name_of(path))});
}

// From 4.1 on: by what the client's sessions have.
void Callbacks::decide(Client& client) {
  CallbackPath path = CallbackPath::unknown;
  {
    std::lock_guard lock(client.mutex);
    for (const Ref<Session>& s : client.sessions) {
      const CallbackPath of = s->callback_path();
      if (of == CallbackPath::up) path = of;
      if (of == CallbackPath::fault && path != CallbackPath::up) path = of;
      if (of == CallbackPath::down && path == CallbackPath::unknown) path = of;
    }
  }
  set_path(client, path);
}

void Callbacks::bind(Session& session, u64 connection) {
  if (streams_ == nullptr) return;
  session.bind(connection, Session::kBack);
  session.callback_fault.store(false);
  {
    std::lock_guard lock(mutex_);
    auto& sessions = bound_[connection];
    if (std::find(sessions.begin(), sessions.end(), session.id) == sessions.end())
      sessions.push_back(session.id);
  }
  if (!streams_->open(connection)) connection_closed(connection);
  decide(*session.client);
}

void Callbacks::security_changed(Session& session) {
  session.callback_fault.store(false);
  decide(*session.client);
}

void Callbacks::connection_closed(u64 connection) {
  std::vector<sessionid4> sessions;
  {
    std::lock_guard lock(mutex_);
    auto it = bound_.find(connection);
    if (it == bound_.end()) return;
    sessions = std::move(it->second);
    bound_.erase(it);
  }
  for (const sessionid4& id : sessions)
    if (Ref<Session> s = state_.find_session(id)) lost(*s, connection);
}

// The connection is of no use for callbacks any more.
void Callbacks::lost(Session& session, u64 connection) {
  session.unbind_back(connection);
  decide(*session.client);
  waits.change(session.back_channel.released);  // what was in doubt there can be settled over another
}

void Callbacks::fault(Session& session) {
  session.callback_fault.store(true);
  decide(*session.client);
}

void Callbacks::forget(Session& session) {
  {
    std::lock_guard lock(mutex_);
    for (const Session::Connection& c : session.connections()) {
      auto it = bound_.find(c.id);
      if (it == bound_.end()) continue;
      std::erase(it->second, session.id);
      if (it->second.empty()) bound_.erase(it);
    }
  }
  if (!session.client->gone()) decide(*session.client);
}

void Callbacks::forget(Client& client) {
  u64 connection;
  {
    std::lock_guard lock(client.mutex);
    connection = std::exchange(client.callback_connection, 0);
  }
  if (connection != 0) streams_->close(connection);
}

}  // namespace dfs::nfs4
