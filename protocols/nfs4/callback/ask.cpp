// One callback on a connection, with a fault point before it is sent and after its answer has come.
#include "protocols/nfs4/callback/callbacks.h"
#include "protocols/nfs4/program.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/rpc/message_edit.h"

namespace dfs::nfs4 {

using namespace nfs4_cb;
using rpc::Answer;

namespace {

// The client's answer as if its last operation had ended with that status.
std::string failed(const std::string& results, nfsstat4 status) {
  const std::shared_ptr<CbResult::Reply> reply = decode_cb_reply(results);
  if (reply == nullptr) return results;
  const auto& all = reply->res.resarray;
  return wire::encode_to_string([&](wire::Writer& w) {
    w.u32(static_cast<u32>(status));
    w.text(reply->res.tag);
    w.u32(all.size);
    for (u32 i = 0; i + 1 < all.size; ++i) encode(w, all[i]);
    if (all.size == 0) return;
    // What a result is besides its status belongs to success alone.
    w.u32(static_cast<u32>(all[all.size - 1].resop));
    w.u32(static_cast<u32>(status));
  });
}

}  // namespace

Task<std::optional<fault::Action>> Callbacks::consult(fault::Point point, const fault::Context& context,
                                                      const std::string& message,
                                                      const wire::TypeDesc* type) {
  std::optional<rpc::MessageFields> fields;
  const auto applies = [&](const fault::Action& a) {
    if (fault::group_of(a.kind) != fault::kChange) return true;
    if (type == nullptr) return false;
    if (!fields) fields = rpc::MessageFields::of_value(message, *type);
    return fields->has(a);
  };
  const fault::Registry::Applies asked(applies);
  Task<std::optional<fault::Action>> consulting = state_.server.faults.consult(point, context, &asked);
  co_return co_await consulting;
}

Task<Answer> Callbacks::ask(const Client& client, u64 connection, const rpc::CallHeader& header,
                            std::string args, const char* name) {
  fault::Registry& faults = state_.server.faults;
  Trace& trace = state_.server.trace;
  const Nanos limit = state_.server.limits.callback_timeout;
  using Outcome = Answer::Outcome;
  fault::Context context{.detail = name, .conn = connection, .bytes = args.size(), .client = client.id.value};
  if (faults.armed(fault::Point::nfs4_cb_send)) {
    const wire::TypeDesc* type = header.procedure == CB_COMPOUND ? &CB_COMPOUND4args_desc : nullptr;
    const auto action = co_await consult(fault::Point::nfs4_cb_send, context, args, type);
    if (action) switch (fault::group_of(action->kind)) {
        case fault::kCut:
        case fault::kShape:
          streams_->apply(connection, *action);
          break;
        case fault::kDrop:  // it gets lost on its way
          co_await waits.pause(limit);
          co_return Answer{Outcome::timed_out, {}};
        case fault::kChange:
          args = rpc::MessageFields::of_value(args, *type).edited(*action, faults.random());
          break;
        default:
          break;
      }
  }
  if (trace.enabled()) trace.emit(event::Nfs4CbSend{name}, {connection, Cause::current().request});
  Answer answer = co_await streams_->call(connection, header, args, limit);
  if (faults.armed(fault::Point::nfs4_cb_reply)) {
    context.bytes = answer.results.size();
    const auto action = co_await consult(fault::Point::nfs4_cb_reply, context, answer.results, nullptr);
    if (action) switch (fault::group_of(action->kind)) {
        case fault::kCut:
          streams_->apply(connection, *action);
          answer = {Outcome::lost, {}};
          break;
        case fault::kShape:
          streams_->apply(connection, *action);
          // The others are about what we send: this reply is here.
          if (action->kind == fault::ActionKind::blackhole || action->kind == fault::ActionKind::slow_close)
            answer = {Outcome::timed_out, {}};
          break;
        case fault::kDrop:
          answer = {Outcome::timed_out, {}};
          break;
        case fault::kFail:
          answer.results = failed(answer.results, static_cast<nfsstat4>(action->number));
          break;
        default:
          break;
      }
  }
  if (trace.enabled())
    trace.emit(event::Nfs4CbReply{name, static_cast<u64>(answer.outcome)},
               {connection, Cause::current().request});
  co_return answer;
}

}  // namespace dfs::nfs4
