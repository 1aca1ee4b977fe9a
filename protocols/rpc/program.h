#pragma once

#include <vector>

#include "engine/fault/point.h"
#include "engine/loop/then.h"
#include "engine/wire/desc.h"
#include "protocols/rpc/call.h"

namespace dfs::rpc {

// How a procedure ended. `answered`: the reply is in the call.
enum class Outcome : u8 { answered, garbage_args, system_error, no_reply };

// One row of a program's procs.def.
struct Procedure {
  u32 number;
  const char* name;
  bool replayable;  // not idempotent: a repeated request must get the first reply (duplicate request cache)
  bool needs_auth;  // AUTH_NONE is too weak (RFC 5531 8.2)
  Async<Outcome> (*serve)(void* program, Call& call);
  // Answers with this status of the protocol instead; nullptr when results carry none.
  void (*fail)(Call& call, i32 status);
};

// One version of a program, as the dispatcher sees it.
struct Program {
  u32 number;
  u32 version;
  const char* name;                   // "nfs3": first part of fault points and trace names
  std::vector<Procedure> procedures;  // by number; a gap has serve == nullptr
  void* self;
  fault::Point enter;
  bool has_leave;
  fault::Point leave;

  const Procedure* find(u32 procedure) const {
    if (procedure >= procedures.size() || procedures[procedure].serve == nullptr) return nullptr;
    return &procedures[procedure];
  }
};

struct Void {};

// Decode the arguments, run the handler, encode the results. The arguments live in the call's arena, so a
// handler that waits keeps them.
template <class P, class Args, class Res, Async<Res> (*Handler)(P&, Call&, const Args&)>
Async<Outcome> serve(void* program, Call& call) {
  const Args* args = nullptr;
  if constexpr (!std::is_same_v<Args, Void>) {
    Args* decoded = call.arena.template make<Args>();
    if (decoded == nullptr || !decode(call.args, *decoded)) return Outcome::garbage_args;
    args = decoded;
  } else {
    static constexpr Void nothing;
    args = &nothing;
  }
  // RFC 5531 9: arguments with something behind them were not understood.
  if (!call.args.finish()) return Outcome::garbage_args;
  return then(Handler(*static_cast<P*>(program), call, *args), [&call](const Res& result) {
    call.reply(0, [&](wire::Writer& w) {
      if constexpr (!std::is_same_v<Res, Void>) encode(w, result);
    });
    return Outcome::answered;
  });
}

template <class Res>
void fail_with(Call& call, i32 status) {
  Res result{};
  result.status = static_cast<decltype(result.status)>(status);
  call.reply(0, [&](wire::Writer& w) { encode(w, result); });
}

}  // namespace dfs::rpc
