// The same life of a COMPOUND as run() in compound.cpp, with a fault point at each step. Only taken while a
// rule is armed.
#include "engine/wire/table_codec.h"
#include "engine/wire/walk.h"
#include "protocols/nfs4/clear_way.h"
#include "protocols/nfs4/compound.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/state/state.h"

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

// What an operation says of its subject.
struct Subject {
  std::string_view entry;  // the first directory entry that it names
  u64 client = 0;          // outside of sessions: whose client id, or stateid, it names
};

Subject subject_of(const Compound& c, const void* args) {
  Subject out;
  State& state = *c.server.state;
  for (const wire::OpDesc& op : nfs_argop4_ops) {
    if (op.op != static_cast<i32>(c.row->number) || op.args == nullptr) continue;
    wire::walk(*op.args, args, [&](const wire::WalkStep& step) {
      if (&step.type == &component4_desc && out.entry.empty())
        out.entry = static_cast<const component4*>(step.value)->view();
      if (&step.type == &clientid4_desc && out.client == 0)
        out.client = static_cast<const clientid4*>(step.value)->value;
      if (&step.type != &stateid4_desc || out.client != 0) return true;
      const OtherParts parts = parts_of(static_cast<const stateid4*>(step.value)->other);
      const auto found = state.records.find({parts.place, parts.nonce});
      if (found.record && parts.epoch == state.epoch) out.client = found.record->client().id.value;
      return true;
    });
  }
  return out;
}

const void* decode_result(Compound& c, std::string_view bytes) {
  for (const wire::OpDesc& op : nfs_argop4_ops) {
    if (op.op != static_cast<i32>(c.row->number)) continue;
    wire::Reader r(reinterpret_cast<const u8*>(bytes.data()), bytes.size(), c.call.arena);
    void* value = c.call.arena.alloc(op.result->size, op.result->align);
    DFS_CHECK(value != nullptr && wire::table_decode(*op.result, r, value));  // looked at when it was armed
    return value;
  }
  return nullptr;
}

// What a rule wants here in the place of what there is.
struct Instead {
  std::optional<nfsstat4> status;  // of the operation, or the COMPOUND
  const void* result = nullptr;    // of the operation
};

// Carries out what a rule wants here. `args`: of the operation under way. False: there will be no reply.
Task<bool> at(Compound& c, Point point, const void* args, Instead* instead) {
  fault::Registry& faults = c.server.faults;
  if (!faults.armed(point)) co_return true;
  fault::Context context{.conn = c.call.transport->id(),
                         .bytes = c.call.record.size(),
                         .uid = c.call.caller.uid,
                         .xid = c.call.xid,
                         .proc = "COMPOUND",
                         .session = session_of(c, args)};
  if (args != nullptr) {
    const Subject subject = subject_of(c, args);
    context.detail = context.op = c.row->name;
    context.index = c.index;
    context.name = subject.entry;
    context.client = subject.client;
  }
  if (c.session != nullptr) context.client = c.session->client->id.value;
  fs::HandleBytes handle;
  if (c.current.place) {
    handle = seal(c.server, c.current.place);
    context.fh = {reinterpret_cast<const char*>(handle.data()), fs::kHandleSize};
    context.file = c.current.place.node.id.value;
  }
  Task<std::optional<fault::Action>> consulting = faults.consult(point, context);
  const auto action = co_await consulting;
  if (!action) co_return true;
  switch (fault::group_of(action->kind)) {
    case fault::kCut:
    case fault::kShape:
      c.call.transport->apply(*action);
      co_return true;
    case fault::kFail:
      instead->status = static_cast<nfsstat4>(action->number);
      co_return true;
    case fault::kReply: {
      const std::string_view bytes = c.call.arena.copy(std::string_view(*action->bytes)).view();
      instead->result = decode_result(c, bytes);
      co_return true;
    }
    case fault::kDrop:
      co_return false;
    default:
      co_return true;
  }
}

// The operation of c.row. False: there will be no reply.
Task<bool> serve_op(Compound& c, const void* args, const void** result) {
  Instead instead;
  if (!co_await at(c, Point::nfs4_op_enter, args, &instead)) co_return false;
  if (!instead.status && instead.result == nullptr) {
    Async<const void*> pending = serve_operation(c, args);
    *result = co_await pending;
    if (!co_await at(c, Point::nfs4_op_leave, args, &instead)) co_return false;
  }
  if (instead.status) *result = c.row->refuse(c, *instead.status);
  if (instead.result != nullptr) *result = instead.result;
  co_return true;
}

}  // namespace

bool faults_armed(const Nfs4& n) {
  return n.faults.armed(Point::nfs4_compound_begin) || n.faults.armed(Point::nfs4_op_enter) ||
         n.faults.armed(Point::nfs4_op_leave) || n.faults.armed(Point::nfs4_compound_end);
}

Task<rpc::Outcome> run_with_faults(CompoundPtr c) {
  Instead instead;
  if (!co_await at(*c, Point::nfs4_compound_begin, nullptr, &instead)) co_return rpc::Outcome::no_reply;
  if (instead.status) {
    c->status = *instead.status;
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
  instead = {};
  if (!co_await at(*c, Point::nfs4_compound_end, nullptr, &instead)) co_return rpc::Outcome::no_reply;
  if (instead.status) {
    const COMPOUND4res refused{*instead.status, c->tag, {}};
    c->call.reply(0, [&](wire::Writer& w) { encode(w, refused); });
  }
  co_return outcome;
}

}  // namespace dfs::nfs4
