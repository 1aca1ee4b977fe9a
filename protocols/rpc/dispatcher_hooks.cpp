// A call whose handler somebody stands in front of (hooks.h).
#include "protocols/rpc/dispatcher.h"
#include "protocols/rpc/record_framing.h"

namespace dfs::rpc {
namespace {

// Of an accepted reply without a verifier (RFC 5531 9), behind its record mark.
constexpr size_t kMark = 4, kHeader = 24;

bool decodes(const wire::TypeDesc* type, Bytes xdr) {
  if (type == nullptr) return xdr.size == 0;
  Arena arena;
  wire::Reader r(xdr.data, xdr.size, arena);
  void* value = arena.alloc(type->size, type->align);
  return value != nullptr && type->decode(r, value) && r.finish();
}

// The handler of a procedure. It reads its arguments from call.args, and leaves a reply.
class BuiltinProcedure final : public Builtin {
 public:
  BuiltinProcedure(Call& call, const Program& program, const Procedure& procedure, Bytes args)
      : call_(call), program_(program), procedure_(procedure), args_(args) {}

  Task<std::optional<std::string>> run(std::optional<std::string> other) override {
    const Bytes args = other ? call_.arena.copy(Bytes::of(*other)) : args_;
    std::construct_at(&call_.args, args.data, args.size, call_.arena);
    Async<Outcome> serving = procedure_.serve(program_.self, call_);
    if (co_await serving != Outcome::answered) co_return std::nullopt;
    co_return flatten(call_.reply_bytes).substr(kMark + kHeader);
  }

 private:
  Call& call_;
  const Program& program_;
  const Procedure& procedure_;
  const Bytes args_;
};

}  // namespace

Task<Outcome> Dispatcher::ask(Hook& hook, Call& call, Route to) {
  const wire::ProcDesc* described = to.program->described(call.procedure);
  const Bytes args{call.args.cursor(), static_cast<u32>(call.args.left())};
  if (described == nullptr || !decodes(described->args, args)) co_return Outcome::garbage_args;
  BuiltinProcedure builtin(call, *to.program, *to.procedure, args);
  HookQuestion question{{call.program, call.version, call.procedure},
                        std::string(args.view()),
                        call.transport->id(),
                        call.xid,
                        call.caller,
                        call.transport->peer(),
                        {}};
  Task<HookAnswer> asking = hook.ask(std::move(question), builtin);
  const HookAnswer answer = co_await asking;
  if (answer.kind == HookAnswer::Kind::silence) co_return Outcome::no_reply;
  if (answer.kind == HookAnswer::Kind::failed) co_return Outcome::system_error;
  call.reply(0, [&](wire::Writer& w) {
    w.fixed(reinterpret_cast<const u8*>(answer.result.data()), static_cast<u32>(answer.result.size()));
  });
  co_return Outcome::answered;
}

Async<Outcome> Dispatcher::serve(Call& call, const Route& to) {
  if (hooks_ != nullptr && hooks_->any()) [[unlikely]]
    if (Hook* hook = hooks_->find({call.program, call.version, call.procedure})) return ask(*hook, call, to);
  return to.procedure->serve(to.program->self, call);
}

}  // namespace dfs::rpc
