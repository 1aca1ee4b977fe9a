// The same life of a COMPOUND as run() in compound.cpp, with a fault point at each step. Only taken while a
// rule is armed.
#include "protocols/nfs4/clear_way.h"
#include "protocols/nfs4/compound.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/state/session.h"

namespace dfs::nfs4 {
namespace {

using fault::Point;

// Which session a SEQUENCE names, before it is carried out.
std::string_view session_of(const Compound& c, const void* args) {
  const sessionid4* id = nullptr;
  if (c.session != nullptr)
    id = &c.session->id;
  else if (args != nullptr && c.row->number == OP_SEQUENCE)
    id = &static_cast<const SEQUENCE4args*>(args)->sa_sessionid;
  return id != nullptr ? std::string_view(reinterpret_cast<const char*>(id->data()), id->size())
                       : std::string_view();
}

// Carries out what a rule wants here. `args`: of the operation under way. *status: what the operation (or the
// COMPOUND) is to be answered with instead. False: there will be no reply.
Task<bool> at(Compound& c, Point point, const void* args, std::optional<nfsstat4>* status) {
  fault::Registry& faults = c.server.faults;
  if (!faults.armed(point)) co_return true;
  fault::Context context{.conn = c.call.transport->id(),
                         .bytes = c.call.record.size(),
                         .uid = c.call.caller.uid,
                         .xid = c.call.xid,
                         .proc = "COMPOUND",
                         .session = session_of(c, args)};
  if (c.session != nullptr) context.client = c.session->client->id.value;
  if (args != nullptr) {
    context.detail = context.op = c.row->name;
    context.index = c.index;
  }
  fs::HandleBytes handle;
  if (c.current.place) {
    handle = seal(c.server, c.current.place);
    context.fh = {reinterpret_cast<const char*>(handle.data()), fs::kHandleSize};
    context.file = c.current.place.node.id.value;
  }
  const auto action = faults.check(point, context);
  if (!action) co_return true;
  switch (fault::group_of(action->kind)) {
    case fault::kTime:
      co_await faults.spend(*action);
      co_return true;
    case fault::kLink:
      c.call.transport->apply(*action);
      co_return true;
    case fault::kFail:
      *status = static_cast<nfsstat4>(action->number);
      co_return true;
    case fault::kDrop:
      co_return false;
    default:
      co_return true;
  }
}

// The operation of c.row. False: there will be no reply.
Task<bool> serve_op(Compound& c, const void* args, const void** result) {
  std::optional<nfsstat4> instead;
  if (!co_await at(c, Point::nfs4_op_enter, args, &instead)) co_return false;
  if (!instead) {
    Async<const void*> pending = serve_operation(c, args);
    *result = co_await pending;
    if (!co_await at(c, Point::nfs4_op_leave, args, &instead)) co_return false;
  }
  if (instead) *result = c.row->refuse(c, *instead);
  co_return true;
}

}  // namespace

bool faults_armed(const Nfs4& n) {
  return n.faults.armed(Point::nfs4_compound_begin) || n.faults.armed(Point::nfs4_op_enter) ||
         n.faults.armed(Point::nfs4_op_leave) || n.faults.armed(Point::nfs4_compound_end);
}

Task<rpc::Outcome> run_with_faults(CompoundPtr c) {
  std::optional<nfsstat4> instead;
  if (!co_await at(*c, Point::nfs4_compound_begin, nullptr, &instead)) co_return rpc::Outcome::no_reply;
  if (instead) {
    c->status = *instead;
    co_return conclude(*c);
  }
  bool on = true;
  while (on && c->index < c->count) {
    const void *args = nullptr, *result = nullptr;
    on = admit(*c, &args);
    if (!on) break;
    if (!co_await serve_op(*c, args, &result)) co_return rpc::Outcome::no_reply;
    on = settle(*c, result);
  }
  // Applied and not yet answered: what is remembered is the answer there would have been, so that a
  // retransmission after a lost reply finds it.
  const Ref<Session> session = Ref<Session>::share(c->session);  // its slot is given back now
  const rpc::Outcome outcome = conclude(*c);
  instead.reset();
  if (!co_await at(*c, Point::nfs4_compound_end, nullptr, &instead)) co_return rpc::Outcome::no_reply;
  if (instead) {
    c->call.reply(0, [&](wire::Writer& w) { encode(w, COMPOUND4res{*instead, c->tag, {}}); });
  }
  co_return outcome;
}

}  // namespace dfs::nfs4
