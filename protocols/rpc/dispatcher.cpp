#include "protocols/rpc/dispatcher.h"

#include "protocols/rpc/auth.h"

namespace dfs::rpc {
namespace {
// RFC 5531 9.
constexpr u32 kCall = 0, kRpcVersion = 2;
constexpr u32 kProgUnavail = 1, kProcUnavail = 3, kGarbageArgs = 4, kSystemError = 5;
}  // namespace

void Dispatcher::add(Program program) {
  std::vector<fault::Detail> details;
  for (const Procedure& p : program.procedures) {
    if (p.serve == nullptr) continue;
    const wire::ProcDesc* described = program.described(p.number);
    details.push_back(fault_detail(p.name, described != nullptr ? described->result : nullptr));
  }
  faults_.declare_details(program.enter, details);
  if (program.has_leave) faults_.declare_details(program.leave, details);
  programs_.push_back(std::move(program));
}

Call* Dispatcher::acquire(Loop& loop) {
  auto& spare = spare_[loop.index()];
  if (spare.empty()) return new Call(loop);
  Call* c = spare.back().release();
  spare.pop_back();
  return c;
}

void Dispatcher::handle(Loop& loop, Transport& transport, const u8* data, u32 size, BlockRef block) {
  Call* call = acquire(loop);
  call->transport = &transport;
  call->take(data, size, std::move(block));
  call->number = trace_.enabled() ? trace_.next_request() : 0;
  const CauseScope cause({transport.id(), call->number});
  if (call->number != 0) trace_.emit(event::RpcArrived{size});
  transport.call_started();
  if (any_armed()) [[unlikely]] {
    loop.scope().spawn(run_with_faults(call));
    return;
  }
  run(call);
}

// Reads the header (RFC 5531 9). Every way a call can be refused before its program sees it is answered here.
Dispatcher::Route Dispatcher::route(Call& call) {
  std::construct_at(&call.args, reinterpret_cast<const u8*>(call.record.data()), call.record.size(),
                    call.arena);
  wire::Reader& r = call.args;
  u32 message_type, rpc_version;
  // Without an xid and a message type there is nobody to answer; a reply nobody asked for is ignored.
  if (!r.u32(call.xid) || !r.u32(message_type) || message_type != kCall) return {};
  if (!r.u32(rpc_version)) return {};
  if (rpc_version != kRpcVersion) {
    call.deny_version();
    return {};
  }
  if (!r.u32(call.program) || !r.u32(call.version) || !r.u32(call.procedure)) return {};
  if (const AuthStat a = authenticate(r, call.caller); a != AuthStat::ok) {
    call.deny_auth(static_cast<u32>(a));
    return {};
  }
  u32 low = UINT32_MAX, high = 0;
  for (const Program& p : programs_) {
    if (p.number != call.program || (p.stream_only && call.transport->datagram())) continue;
    low = std::min(low, p.version);
    high = std::max(high, p.version);
    if (p.version != call.version) continue;
    const Procedure* procedure = p.find(call.procedure);
    if (procedure == nullptr) {
      call.reply(kProcUnavail);
      return {};
    }
    if (procedure->needs_auth && call.caller.flavor == Flavor::none) {
      call.deny_auth(static_cast<u32>(AuthStat::too_weak));
      return {};
    }
    return {&p, procedure};
  }
  if (high == 0)
    call.reply(kProgUnavail);
  else
    call.reply_mismatch(low, high);
  return {};
}

Dispatcher::Lookup Dispatcher::look_up(Call& call, const Route& route, Cached& cached) {
  if (!route.procedure->replayable) return Lookup::execute;
  cached.key =
      drc_.key(call.transport->peer().ip, call.xid, call.program, call.version, call.procedure, call.record);
  std::string reply;
  switch (drc_.begin(cached.key, &reply)) {
    case DuplicateRequestCache::Verdict::fresh:
      cached.used = true;
      return Lookup::execute;
    case DuplicateRequestCache::Verdict::in_progress:
      return Lookup::drop;
    case DuplicateRequestCache::Verdict::done:
      break;
  }
  if (trace_.enabled()) trace_.emit(event::RpcReplayed{call.xid});
  call.reply_bytes.push_back(Slice::copy_of(reply.data(), static_cast<u32>(reply.size())));
  return Lookup::answered;
}

void Dispatcher::settle(Call& call, Outcome outcome) {
  switch (outcome) {
    case Outcome::answered:
      break;
    case Outcome::garbage_args:
      call.reply(kGarbageArgs);
      break;
    case Outcome::system_error:
      call.reply(kSystemError);
      break;
    case Outcome::no_reply:
      call.reply_bytes.clear();
      break;
  }
  if (trace_.enabled())
    trace_.emit(event::RpcCall{call.xid, call.program, call.procedure, static_cast<u64>(outcome)});
}

void Dispatcher::remember(const Call& call, Outcome outcome, const Cached& cached) {
  if (!cached.used) return;
  if (outcome == Outcome::answered)
    drc_.finish(cached.key, call.reply_bytes);
  else
    drc_.abandon(cached.key);
}

void Dispatcher::finish(Call* call) {
  Transport& transport = *call->transport;
  call->settle_hold();
  if (!call->reply_bytes.empty()) transport.send(call->reply_bytes);
  call->recycle();
  auto& spare = spare_[call->loop.index()];
  if (spare.size() < kKeep)
    spare.emplace_back(call);
  else
    delete call;
  transport.call_ended();
}

void Dispatcher::run(Call* call) {
  const Route to = route(*call);
  Cached cached;
  if (to.procedure == nullptr || look_up(*call, to, cached) != Lookup::execute) return finish(call);
  Async<Outcome> outcome = serve(*call, to);
  if (!outcome.ready()) {
    call->hold();
    call->loop.scope().spawn(finish_later(call, std::move(outcome), cached));
    return;
  }
  const Outcome o = std::move(outcome).get();
  settle(*call, o);
  remember(*call, o, cached);
  finish(call);
}

Task<void> Dispatcher::finish_later(Call* call, Async<Outcome> pending, Cached cached) {
  const Outcome outcome = co_await pending;
  settle(*call, outcome);
  remember(*call, outcome, cached);
  finish(call);
}

}  // namespace dfs::rpc
