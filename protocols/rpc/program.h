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
  bool stream_only = false;              // over datagrams there is no such version
  const wire::Schema* schema = nullptr;  // the description of its procedures
  // Types of arguments that filters of fault rules go by: a filehandle, a directory entry; nullptr: it has
  // none.
  const wire::TypeDesc *handle = nullptr, *entry = nullptr;

  // nullptr: not described.
  const wire::ProcDesc* described(u32 procedure) const;

  const Procedure* find(u32 procedure) const {
    if (procedure >= procedures.size() || procedures[procedure].serve == nullptr) return nullptr;
    return &procedures[procedure];
  }
};

struct Void {};

// Codecs of results that are bare XDR types.
inline void encode_bool(wire::Writer& w, const bool& v) { w.boolean(v); }
inline void encode_uint(wire::Writer& w, const u32& v) { w.u32(v); }

// Decode the arguments, run the handler, encode the results. The arguments live in the call's arena, so a
// handler that waits keeps them. Decode and Encode name the codec of a typedef, whose type alone does not
// find it.
template <class P, class Args, class Res, Async<Res> (*Handler)(P&, Call&, const Args&),
          auto Decode = nullptr, auto Encode = nullptr>
Async<Outcome> serve(void* program, Call& call) {
  const Args* args = nullptr;
  if constexpr (std::is_same_v<Args, Void>) {
    static constexpr Void nothing;
    args = &nothing;
  } else {
    Args* decoded = call.arena.template make<Args>();
    if (decoded == nullptr) return Outcome::garbage_args;
    bool good;
    if constexpr (std::is_null_pointer_v<decltype(Decode)>)
      good = decode(call.args, *decoded);
    else
      good = Decode(call.args, *decoded);
    if (!good) return Outcome::garbage_args;
    args = decoded;
  }
  // RFC 5531 9: arguments with something behind them were not understood.
  if (!call.args.finish()) return Outcome::garbage_args;
  return then(Handler(*static_cast<P*>(program), call, *args), [&call](const Res& result) {
    call.reply(0, [&](wire::Writer& w) {
      if constexpr (std::is_same_v<Res, Void>)
        (void)w;
      else if constexpr (std::is_null_pointer_v<decltype(Encode)>)
        encode(w, result);
      else
        Encode(w, result);
    });
    return Outcome::answered;
  });
}

// A procedure that says nothing when it is not carried out (RFC 1833: CALLIT).
inline Async<Outcome> serve_silence(void*, Call&) { return Outcome::no_reply; }

template <class Res>
void fail_with(Call& call, i32 status) {
  Res result{};
  result.status = static_cast<decltype(result.status)>(status);
  call.reply(0, [&](wire::Writer& w) { encode(w, result); });
}

}  // namespace dfs::rpc
