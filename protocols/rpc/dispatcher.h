#pragma once

#include "engine/fault/registry.h"
#include "protocols/rpc/drc.h"
#include "protocols/rpc/hooks.h"
#include "protocols/rpc/message_edit.h"
#include "protocols/rpc/program.h"

namespace dfs::rpc {

// Takes a record, finds who serves it, and sends what they answer: the RPC layer of RFC 5531. One per server;
// calls run on the loop their record arrived on.
class Dispatcher {
 public:
  // hooks: who stands in front of procedures; null: nobody.
  Dispatcher(fault::Registry& faults, Trace& trace, DuplicateRequestCache& drc, const Hooks* hooks = nullptr)
      : faults_(faults), trace_(trace), drc_(drc), hooks_(hooks) {}

  // Before serving starts. Details of the program's fault points are declared here.
  void add(Program program);

  // A whole message arrived.
  void handle(Loop& loop, Transport& transport, const u8* data, u32 size, BlockRef block);

 private:
  // Who serves a call; null when the answer (or none) is already decided.
  struct Route {
    const Program* program = nullptr;
    const Procedure* procedure = nullptr;
  };
  struct Cached {
    bool used = false;
    DuplicateRequestCache::Key key{};
  };
  enum class Lookup : u8 { execute, answered, drop };

  Call* acquire(Loop& loop);
  Route route(Call& call);
  Lookup look_up(Call& call, const Route& route, Cached& cached);
  void settle(Call& call, Outcome outcome);
  void remember(const Call& call, Outcome outcome, const Cached& cached);
  void finish(Call* call);

  void run(Call* call);
  // The handler's outcome, or that of whoever is asked in its place.
  Async<Outcome> serve(Call& call, const Route& route);
  Task<Outcome> ask(Hook& hook, Call& call, Route route);
  Task<void> finish_later(Call* call, Async<Outcome> pending, Cached cached);

  bool any_armed() const;
  static fault::Context context_of(const Call& call, const Route& route);
  Task<void> run_with_faults(Call* call);
  Task<void> serve_with_faults(Call& call, Route route);
  // Carries an action out; false: the call ends without a reply.
  Task<bool> act(Call& call, fault::Action action, const Procedure* procedure);
  Task<bool> at(fault::Point point, Call& call, const Route& route);
  // What arrived, before it is looked at. False: it is not looked at at all.
  Task<bool> received(Call& call);
  Task<void> send_with_faults(Call& call, const Route& route);
  // The reply becomes what the action makes of it.
  void change_reply(Call& call, const MessageFields& fields, const fault::Action& action);

  fault::Registry& faults_;
  Trace& trace_;
  DuplicateRequestCache& drc_;
  const Hooks* const hooks_;
  std::vector<Program> programs_;  // fixed once serving starts
  static constexpr size_t kMaxLoops = 64, kKeep = 256;
  std::array<std::vector<std::unique_ptr<Call>>, kMaxLoops>
      spare_;  // by loop, each on its loop's thread only
};

}  // namespace dfs::rpc
