// The same life of a request as Dispatcher::run, with a fault point at each step. Only taken while a rule is
// armed.
#include "protocols/rpc/dispatcher.h"

#include <cstring>

#include "protocols/rpc/record_framing.h"

namespace dfs::rpc {

using fault::ActionKind;
using fault::Point;

namespace {
constexpr size_t kMark = 4;  // bytes of a record mark (RFC 5531 11)
}

fault::Context Dispatcher::context_of(const Call& call, const Route& route) {
  return {.detail = route.procedure ? route.procedure->name : "",
          .conn = call.transport->id(),
          .bytes = call.record.size(),
          .uid = call.caller.uid,
          .xid = call.xid};
}

bool Dispatcher::any_armed() const {
  if (faults_.armed(Point::rpc_record_rx) || faults_.armed(Point::rpc_call_decoded) ||
      faults_.armed(Point::rpc_reply_tx) || faults_.armed(Point::rpc_drc_lookup))
    return true;
  for (const Program& p : programs_)
    if (faults_.armed(p.enter) || (p.has_leave && faults_.armed(p.leave))) return true;
  return false;
}

Task<bool> Dispatcher::act(Call& call, fault::Action action, const Procedure* procedure) {
  switch (fault::group_of(action.kind)) {
    case fault::kTime:
      co_await faults_.spend(action);
      co_return true;
    case fault::kLink:
      call.transport->apply(action);
      co_return true;
    case fault::kDrop:
      call.reply_bytes.clear();
      co_return false;
    case fault::kFail:
      if (procedure != nullptr && procedure->fail != nullptr)
        procedure->fail(call, static_cast<i32>(action.number));
      else
        settle(call, Outcome::system_error);
      co_return false;
    default:
      co_return true;
  }
}

Task<bool> Dispatcher::at(Point point, Call& call, const Route& route) {
  const auto action = faults_.check(point, context_of(call, route));
  if (!action) co_return true;
  co_return co_await act(call, *action, route.procedure);
}

Task<void> Dispatcher::run_with_faults(Call* call) {
  call->hold();
  Route to;
  if (co_await received(*call)) {
    to = route(*call);
    if (to.procedure != nullptr && co_await at(Point::rpc_call_decoded, *call, to))
      co_await serve_with_faults(*call, to);
  }
  co_await send_with_faults(*call, to);
  finish(call);
}

Task<bool> Dispatcher::received(Call& call) {
  std::optional<MessageFields> fields;
  const auto action =
      faults_.check(Point::rpc_record_rx, {.conn = call.transport->id(), .bytes = call.record.size()},
                    [&](const fault::Action& a) {
                      if (fault::group_of(a.kind) != fault::kChange) return true;
                      if (!fields) fields = MessageFields::of_call(std::string(call.record), programs_);
                      return fields->has(a);
                    });
  if (!action) co_return true;
  if (fault::group_of(action->kind) != fault::kChange) co_return co_await act(call, *action, nullptr);
  call.replace(fields->edited(*action, faults_.random()));
  co_return true;
}

Task<void> Dispatcher::serve_with_faults(Call& call, Route to) {
  Cached cached;
  // A `fail` at rpc.drc.lookup makes the cache forget: the request executes again.
  const auto forget = faults_.check(Point::rpc_drc_lookup, context_of(call, to));
  if (forget && forget->kind == ActionKind::drop_reply) co_return;
  if (!forget || forget->kind != ActionKind::fail) {
    if (look_up(call, to, cached) != Lookup::execute) co_return;
  }
  Outcome outcome = Outcome::answered;
  if (co_await at(to.program->enter, call, to)) {
    Async<Outcome> pending = serve(call, to);
    call.hold();  // what it expects is known now
    outcome = co_await pending;
    settle(call, outcome);
    // After: applied and not yet answered. What is remembered is the answer the handler gave, so that a
    // retransmission after a lost reply finds it.
    remember(call, outcome, cached);
    cached.used = false;
    if (to.program->has_leave) co_await at(to.program->leave, call, to);
  }
  if (cached.used) drc_.abandon(cached.key);
}

Task<void> Dispatcher::send_with_faults(Call& call, const Route& route) {
  if (call.reply_bytes.empty()) co_return;
  std::optional<MessageFields> fields;
  const auto changes = [&](const fault::Action& a) {
    if (fault::group_of(a.kind) != fault::kChange) return true;
    if (!fields) {
      const wire::ProcDesc* p = route.program ? route.program->described(call.procedure) : nullptr;
      fields = MessageFields::of_reply(flatten(call.reply_bytes).substr(kMark), p ? p->result : nullptr);
    }
    return fields->has(a);
  };
  fault::Context context = context_of(call, route);
  context.bytes = total_size(call.reply_bytes);
  const auto action = faults_.check(Point::rpc_reply_tx, context, changes);
  if (!action) co_return;
  if (action->kind == ActionKind::duplicate) {
    SliceList copy = call.reply_bytes;
    call.transport->send(copy);
  } else if (action->kind == ActionKind::reorder) {
    call.transport->send_after(call.reply_bytes, static_cast<u32>(action->number));
    call.reply_bytes.clear();
  } else if (fault::group_of(action->kind) == fault::kChange) {
    change_reply(call, *fields, *action);
  } else {
    co_await act(call, *action, nullptr);
  }
}

void Dispatcher::change_reply(Call& call, const MessageFields& fields, const fault::Action& action) {
  const std::string before = flatten(call.reply_bytes);
  const std::string message = fields.edited(action, faults_.random());
  const u32 mark = __builtin_bswap32(kLastFragment | static_cast<u32>(message.size()));
  std::string record = before.substr(0, kMark);
  if (!action.edit || !action.edit->wire) std::memcpy(record.data(), &mark, kMark);
  record += message;
  call.reply_bytes.clear();
  call.reply_bytes.push_back(Slice::copy_of(record.data(), static_cast<u32>(record.size())));
}

}  // namespace dfs::rpc
