// The same life of a request as Dispatcher::run, with a fault point at each step. Only taken while a rule is
// armed.
#include "protocols/rpc/dispatcher.h"

#include <cstring>

#include "engine/wire/table_codec.h"
#include "engine/wire/walk.h"
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
  for (const Point p : {Point::rpc_record_rx, Point::rpc_call_decoded, Point::rpc_drc_lookup,
                        Point::rpc_reply_before_encode, Point::rpc_reply_tx})
    if (faults_.armed(p)) return true;
  for (const Program& p : programs_)
    if (faults_.armed(p.enter) || (p.has_leave && faults_.armed(p.leave))) return true;
  return false;
}

Dispatcher::Subject Dispatcher::subject_of(Call& call, const Route& route) {
  const Program& p = *route.program;
  const bool armed = faults_.armed(p.enter) || (p.has_leave && faults_.armed(p.leave));
  const wire::ProcDesc* described = p.described(call.procedure);
  if (!armed || p.handle == nullptr || described == nullptr || described->args == nullptr) return {};
  wire::Reader r(call.args.cursor(), call.args.left(), call.arena);
  void* value = call.arena.alloc(described->args->size, described->args->align);
  if (value == nullptr || !wire::table_decode(*described->args, r, value)) return {};
  Subject out;
  wire::walk(*described->args, value, [&](const wire::WalkStep& step) {
    const auto* bytes = static_cast<const Bytes*>(step.value);
    // A handle is a structure of nothing but its bytes; the first of each is what the request is about.
    if (&step.type == p.handle && out.handle.empty()) out.handle = bytes->view();
    if (&step.type == p.entry && out.entry.empty()) out.entry = static_cast<const Text*>(step.value)->view();
    return true;
  });
  return out;
}

bool Dispatcher::act(Call& call, const fault::Action& action, const Procedure* procedure) {
  switch (fault::group_of(action.kind)) {
    case fault::kCut:
    case fault::kShape:
      call.transport->apply(action);
      return true;
    case fault::kDrop:
      call.reply_bytes.clear();
      return false;
    case fault::kFail:
      if (procedure != nullptr && procedure->fail != nullptr)
        procedure->fail(call, static_cast<i32>(action.number));
      else
        settle(call, Outcome::system_error);
      return false;
    case fault::kReply:
      call.reply(0, [&](wire::Writer& w) {
        w.fixed(reinterpret_cast<const u8*>(action.bytes->data()), static_cast<u32>(action.bytes->size()));
      });
      return false;
    default:
      return true;
  }
}

Task<bool> Dispatcher::at(Point point, Call& call, const Route& route, const Subject& subject) {
  fault::Context context = context_of(call, route);
  context.fh = subject.handle;
  context.name = subject.entry;
  Task<std::optional<fault::Action>> consulting = faults_.consult(point, context);
  const auto action = co_await consulting;
  co_return !action || act(call, *action, route.procedure);
}

Task<void> Dispatcher::run_with_faults(Call* call) {
  call->hold();
  Route to;
  if (co_await received(*call)) {
    to = route(*call);
    if (to.procedure != nullptr && co_await at(Point::rpc_call_decoded, *call, to, {}))
      co_await serve_with_faults(*call, to);
  }
  co_await send_with_faults(*call, to);
  finish(call);
}

Task<bool> Dispatcher::received(Call& call) {
  std::optional<MessageFields> fields;
  const auto applies = [&](const fault::Action& a) {
    if (fault::group_of(a.kind) != fault::kChange) return true;
    if (!fields) fields = MessageFields::of_call(std::string(call.record), programs_);
    return fields->has(a);
  };
  const fault::Registry::Applies asked(applies);
  const fault::Context context{.conn = call.transport->id(), .bytes = call.record.size()};
  Task<std::optional<fault::Action>> consulting = faults_.consult(Point::rpc_record_rx, context, &asked);
  const auto action = co_await consulting;
  if (!action) co_return true;
  if (fault::group_of(action->kind) != fault::kChange) co_return act(call, *action, nullptr);
  call.replace(fields->edited(*action, faults_.random()));
  co_return true;
}

Task<void> Dispatcher::serve_with_faults(Call& call, Route to) {
  Cached cached;
  const fault::Context context = context_of(call, to);
  // A `fail` at rpc.drc.lookup makes the cache forget: the request executes again.
  Task<std::optional<fault::Action>> consulting = faults_.consult(Point::rpc_drc_lookup, context);
  const auto forget = co_await consulting;
  if (!forget || forget->kind != ActionKind::fail) {
    if (forget && !act(call, *forget, nullptr)) co_return;
    if (look_up(call, to, cached) != Lookup::execute) co_return;
  }
  const Subject subject = subject_of(call, to);
  Outcome outcome = Outcome::answered;
  if (co_await at(to.program->enter, call, to, subject)) {
    Async<Outcome> pending = serve(call, to);
    call.hold();  // what it expects is known now
    outcome = co_await pending;
    settle(call, outcome);
    co_await change_before_it_is_kept(call, to);
    if (call.reply_bytes.empty()) outcome = Outcome::no_reply;
    // After: applied and not yet answered. What is remembered is the answer the handler gave, so that a
    // retransmission after a lost reply finds it.
    remember(call, outcome, cached);
    cached.used = false;
    if (to.program->has_leave) co_await at(to.program->leave, call, to, subject);
  }
  if (cached.used) drc_.abandon(cached.key);
}

MessageFields Dispatcher::fields_of_reply(const Call& call, const Route& route) {
  const wire::ProcDesc* p = route.program ? route.program->described(call.procedure) : nullptr;
  return MessageFields::of_reply(flatten(call.reply_bytes).substr(kMark), p ? p->result : nullptr);
}

Task<std::optional<fault::Action>> Dispatcher::consult_about_reply(Point point, Call& call, Route route,
                                                                   std::optional<MessageFields>& fields) {
  const auto applies = [&](const fault::Action& a) {
    if (fault::group_of(a.kind) != fault::kChange) return true;
    if (!fields) fields = fields_of_reply(call, route);
    return fields->has(a);
  };
  const fault::Registry::Applies asked(applies);
  fault::Context context = context_of(call, route);
  context.bytes = total_size(call.reply_bytes);
  Task<std::optional<fault::Action>> consulting = faults_.consult(point, context, &asked);
  co_return co_await consulting;
}

// What a retransmission is answered with is changed too.
Task<void> Dispatcher::change_before_it_is_kept(Call& call, Route route) {
  if (call.reply_bytes.empty()) co_return;
  std::optional<MessageFields> fields;
  const auto action = co_await consult_about_reply(Point::rpc_reply_before_encode, call, route, fields);
  if (!action) co_return;
  if (fault::group_of(action->kind) == fault::kChange)
    change_reply(call, *fields, *action);
  else
    act(call, *action, route.procedure);
}

Task<void> Dispatcher::send_with_faults(Call& call, const Route& route) {
  if (call.reply_bytes.empty()) co_return;
  std::optional<MessageFields> fields;
  const auto action = co_await consult_about_reply(Point::rpc_reply_tx, call, route, fields);
  if (!action) co_return;
  if (action->kind == ActionKind::duplicate) {
    SliceList copy = call.reply_bytes;
    call.transport->send(copy);
  } else if (action->kind == ActionKind::cut) {
    cut_reply(call, *action);
  } else if (action->kind == ActionKind::reorder) {
    call.transport->send_after(call.reply_bytes, static_cast<u32>(action->number));
    call.reply_bytes.clear();
  } else if (fault::group_of(action->kind) == fault::kChange) {
    change_reply(call, *fields, *action);
  } else {
    act(call, *action, nullptr);
  }
}

// The record mark promises what does not come.
void Dispatcher::cut_reply(Call& call, const fault::Action& action) {
  const std::string whole = flatten(call.reply_bytes);
  const size_t left = whole.size() - std::min(whole.size(), static_cast<size_t>(action.number));
  SliceList sent;
  if (left > 0) sent.push_back(Slice::copy_of(whole.data(), static_cast<u32>(left)));
  call.transport->send(sent);
  call.transport->apply(action);
  call.reply_bytes.clear();
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
