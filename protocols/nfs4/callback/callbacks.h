#pragma once

#include <unordered_map>

#include "engine/fault/registry.h"
#include "engine/loop/waits.h"
#include "protocols/nfs4/callback/back_channel.h"
#include "protocols/nfs4/state/client.h"
#include "protocols/rpc/outgoing.h"

namespace dfs::nfs4 {

class Session;
class State;

// The callback program from the server's side: to a client of 4.0 over a connection that the server opens
// (RFC 7530 10.1 and 17), from 4.1 on over those that its sessions have for it (RFC 8881 2.10.3.1 and 20).
//
// What a callback means is in a file of its own: cb_recall.h. A caller builds CbOps and either waits,
//
//   const CbResult r = co_await callbacks.call(client, CbOps().add(OP_CB_RECALL, args));
//
// or does not: callbacks.send(client, ops, [](const CbResult&) { ... }).
//
// No lock is held by a caller of anything here, nor while anybody is waited for.
class Callbacks {
 public:
  explicit Callbacks(State& state) : state_(state) {}

  // Without streams nobody can be called back. stop(): whatever waits ends, and nothing is sent any more.
  void start(Loop& loop, rpc::Streams& streams);
  void stop();

  // On a loop's thread. Sequence numbers, retries over other connections and the errors of CB_SEQUENCE are
  // dealt with; DELAY of the operations themselves is the caller's.
  Async<CbResult> call(Ref<Client> client, CbOps ops);
  // Any thread; `done` runs on some loop.
  void send(Ref<Client> client, CbOps ops, UniqueFunction<void(const CbResult&)> done = {});
  // Runs the task on this loop, or on one there is. Any thread. False: the server does not run.
  bool spawn(UniqueFunction<Task<void>()> make);

  // A callback is likely to arrive.
  static bool available(const Client& c) {
    return c.path.load(std::memory_order_acquire) == CallbackPath::up;
  }

  // 4.0: SETCLIENTID_CONFIRM told where the client is; CB_NULL finds out whether it is there (RFC
  // 7530 16.34.4).
  void address_confirmed(const Ref<Client>& client);
  // From 4.1 on: the session may use the connection for callbacks.
  void bind(Session& session, u64 connection);
  // The client said anew how to call: what was wrong before may be right now.
  void security_changed(Session& session);
  // A session or a client is gone.
  void forget(Session& session);
  void forget(Client& client);

  State& state() { return state_; }
  // Of everybody who waits for callbacks, or for what they bring about.
  Waits waits;

 private:
  Task<CbResult> call_session(Ref<Client> client, CbOps ops);
  Task<CbResult> call_address(Ref<Client> client, CbOps ops);
  Task<void> send_task(Ref<Client> client, CbOps ops, UniqueFunction<void(const CbResult&)> done);
  Task<void> probe(Ref<Client> client);

  // One request of a slot, until it is known what became of it or nobody can be asked any more.
  struct Exchange;
  Task<Exchange> exchange(Session& session, const BackChannel::Ticket& ticket, const CbOps& ops);
  Task<rpc::Answer> ask(const Client& client, u64 connection, const rpc::CallHeader& header, std::string args,
                        const char* name);
  // What a fault rule wants done to a message; `type`: what it is, nullptr when it cannot be changed.
  Task<std::optional<fault::Action>> consult(fault::Point point, const fault::Context& context,
                                             const std::string& message, const wire::TypeDesc* type);
  Task<u64> connect(Ref<Client> client);

  void connection_closed(u64 connection);
  void lost(Session& session, u64 connection);
  void fault(Session& session);
  void decide(Client& client);
  void set_path(Client& client, CallbackPath path);

  State& state_;
  std::mutex mutex_;
  Loop* loop_ = nullptr;             // changes under mutex_
  rpc::Streams* streams_ = nullptr;  // set once, before serving
  // Which sessions have a connection for callbacks.
  std::unordered_map<u64, std::vector<sessionid4>> bound_;  // changes under mutex_
};

}  // namespace dfs::nfs4
