#include "protocols/nfs4/compound.h"

#include "protocols/nfs4/clear_way.h"

#include "engine/wire/codec.h"
#include "protocols/nfs4/gate.h"
#include "protocols/nfs4/names.h"
#include "protocols/nfs4/ops.h"

namespace dfs::nfs4 {
namespace {

// RFC 5531 9: xid, REPLY, MSG_ACCEPTED, a verifier of AUTH_NONE, SUCCESS.
constexpr u32 kRpcHeader = 24;
constexpr u32 kRecordMark = 4;
constexpr u32 kRefusal = 8;  // a result that is a number and a status

nfs_resop4 as_resop(nfs_opnum4 number, const void* result) {
  nfs_resop4 r{};
  r.resop = number;
  std::memcpy(&r.opillegal, &result, sizeof result);  // every arm is a pointer
  return r;
}

bool read_header(Compound& c) {
  wire::Reader& r = c.call.args;
  if (!r.text(c.tag, UINT32_MAX) || !r.u32(c.minor) || !r.count(c.count, UINT32_MAX, 4)) return false;
  c.reply_bytes = kRpcHeader + 4 + 4 + wire::padded(c.tag.size) + 4;
  return true;
}

// What is wrong with the request as a whole. No operation is carried out then, and there are no results.
nfsstat4 check_header(const Compound& c) {
  if (c.minor > kMaxMinor) return NFS4ERR_MINOR_VERS_MISMATCH;
  return is_utf8(c.tag.view()) ? NFS4_OK : NFS4ERR_INVAL;
}

void add(Compound& c, const nfs_resop4& result) {
  if (c.result_count == c.result_capacity) {
    const u32 capacity = c.result_capacity == 0 ? 8 : c.result_capacity * 2;
    auto* results = c.call.arena.make<nfs_resop4>(capacity);
    DFS_CHECK(results != nullptr);  // bounded by the number of operations
    std::copy_n(c.results, c.result_count, results);
    c.results = results;
    c.result_capacity = capacity;
  }
  c.results[c.result_count++] = result;
  c.reply_bytes += encoded_size(result);
}

// Adds a result that is a status.
void refuse(Compound& c, nfsstat4 status) {
  // What is no operation is answered with OP_ILLEGAL's result (RFC 8881 15.1.3.4).
  if (c.row == nullptr)
    add(c, as_resop(OP_ILLEGAL, c.call.arena.construct<ILLEGAL4res>(ILLEGAL4res{status})));
  else
    add(c, as_resop(c.row->number, c.row->refuse(c, status)));
  c.status = status;
}

// The next operation's number and arguments, and whether it may run.
nfsstat4 read_op(Compound& c, const void** args) {
  u32 number;
  c.row = nullptr;
  if (!c.call.args.u32(number)) return NFS4ERR_BADXDR;
  c.row = find_op(number, c.minor);
  if (c.row != nullptr) {
    *args = c.row->decode(c);
    // With something behind the last operation its arguments are not what they seem.
    if (*args == nullptr || (c.index + 1 == c.count && !c.call.args.finish())) return NFS4ERR_BADXDR;
  }
  const GateInput in{c.row,
                     c.minor,
                     c.index,
                     c.count,
                     c.session != nullptr || c.resumed(),
                     bool(c.current.place),
                     bool(c.saved.place)};
  if (const nfsstat4 s = gate(in); s != NFS4_OK) return s;
  // RFC 8881 15.1.11.5: a dead session does not "perform new operations on existing requests (in the case in
  // which a request was partially executed before server restart)". What only looks is no such operation.
  if (c.resumed() && (c.row->flags & kLooks) == 0) return NFS4ERR_DEADSESSION;
  // In 4.0 the limit is the server's own; from 4.1 on SEQUENCE holds a COMPOUND to that of its session.
  if (c.minor == 0 && c.count > c.server.limits.operations) return NFS4ERR_RESOURCE;
  return c.reserve(c.row->largest_reply);
}

void trace_op(const Compound& c) {
  const Trace& trace = c.server.trace;
  if (!trace.enabled()) [[likely]]
    return;
  c.server.trace.emit(
      event::Nfs4Op{c.row != nullptr ? c.row->name : "ILLEGAL", c.index, static_cast<u32>(c.status)});
}

void trace_end(const Compound& c) {
  if (!c.server.trace.enabled()) [[likely]]
    return;
  c.server.trace.emit(event::Nfs4Compound{.minor = c.minor,
                                          .tag = c.tag.str(),
                                          .operations = c.count,
                                          .results = u64{c.earlier_count} + c.result_count,
                                          .replayed = c.ending != Compound::Ending::reply || c.resumed(),
                                          .status = static_cast<u32>(c.status)});
}

// RFC 7530 has no sessions: what changes files is remembered by the whole request, from the first such
// operation on. Those of owners with a seqid remember their replies themselves.
bool look_up_duplicate(Compound& c) {
  if (c.minor != 0 || c.in_drc || !(c.row->flags & kChanges) || (c.row->flags & kOwnSeqid)) return true;
  rpc::Call& call = c.call;
  auto& drc = c.server.drc;
  c.drc_key =
      drc.key(call.transport->peer().ip, call.xid, call.program, call.version, call.procedure, call.record);
  std::string reply;
  switch (drc.begin(c.drc_key, &reply)) {
    case rpc::DuplicateRequestCache::Verdict::fresh:
      c.in_drc = true;
      return true;
    case rpc::DuplicateRequestCache::Verdict::in_progress:
      c.ending = Compound::Ending::silent;
      return false;
    case rpc::DuplicateRequestCache::Verdict::done:
      break;
  }
  call.reply_bytes.clear();
  call.reply_bytes.push_back(Slice::copy_of(reply.data(), static_cast<u32>(reply.size())));
  c.ending = Compound::Ending::sent;
  return false;
}

// The COMPOUND4res inside a reply with its record mark.
SliceList body_of(const SliceList& reply) {
  SliceList body = reply;
  body.front().drop_front(kRecordMark + kRpcHeader);
  return body;
}

enum class Step : u8 { on, end, waits };

Step step(Compound& c, Async<const void*>* pending) {
  const void* args;
  if (!admit(c, &args)) return Step::end;
  Async<const void*> result = serve_operation(c, args);
  if (!result.ready()) {
    *pending = std::move(result);
    return Step::waits;
  }
  return settle(c, std::move(result).get()) ? Step::on : Step::end;
}

Task<rpc::Outcome> run_later(CompoundPtr c, Async<const void*> pending) {
  const void* result = co_await pending;
  bool on = settle(*c, result);
  while (on && c->index < c->count) {
    Async<const void*> next(static_cast<const void*>(nullptr));
    const Step s = step(*c, &next);
    on = s == Step::on;
    if (s != Step::waits) continue;
    result = co_await next;
    on = settle(*c, result);
  }
  co_return conclude(*c);
}

Async<rpc::Outcome> run(CompoundPtr c) {
  while (c->index < c->count) {
    Async<const void*> pending(static_cast<const void*>(nullptr));
    const Step s = step(*c, &pending);
    if (s == Step::waits) return run_later(std::move(c), std::move(pending));
    if (s == Step::end) break;
  }
  return conclude(*c);
}

}  // namespace

Compound::~Compound() {
  if (in_drc) server.drc.abandon(drc_key);
  if (keeper != nullptr) keeper->ended(*this, {});
}

u64 Compound::room() const {
  const u32 limit = cached ? std::min(max_reply, max_cached) : max_reply;
  // The operations behind this one have a result each, or the first of them that fails has.
  const u64 taken = reply_bytes + (index + 1 < count ? kRefusal : 0);
  return limit > taken ? limit - taken : 0;
}

nfsstat4 Compound::reserve(u64 bytes) const {
  const u64 needed = reply_bytes + bytes + (index + 1 < count ? kRefusal : 0);
  if (needed > max_reply) return NFS4ERR_REP_TOO_BIG;
  return cached && needed > max_cached ? NFS4ERR_REP_TOO_BIG_TO_CACHE : NFS4_OK;
}

void Compound::replay(SliceList body) {
  ending = Ending::replay;
  replay_body = std::move(body);
}

fs::FsError Compound::put_down(fs::MetadataTxn& txn, const void* result) {
  return keeper->put_down(txn, *this, as_resop(row->number, result));
}

bool Compound::resume(std::string_view results, u32 done) {
  if (done > count) return false;
  // Their arguments are read over, so that the next ones are found.
  for (u32 i = 1; i < done; ++i) {
    u32 number;
    const OpRow* op = call.args.u32(number) ? find_op(number, minor) : nullptr;
    if (op == nullptr || op->decode(*this) == nullptr) return false;
  }
  earlier = results;
  earlier_count = done;
  reply_bytes += results.size();
  return true;
}

bool admit(Compound& c, const void** args) {
  const nfsstat4 status = read_op(c, args);
  if (status == NFS4_OK) return look_up_duplicate(c);
  refuse(c, status);
  trace_op(c);
  return false;
}

bool settle(Compound& c, const void* result) {
  if (c.ending != Compound::Ending::reply) return false;
  if (c.index < c.earlier_count) {  // SEQUENCE, whose result is among those
    c.index = c.earlier_count;
    return true;
  }
  const nfs_resop4 r = as_resop(c.row->number, result);
  const size_t bytes = encoded_size(r);
  const nfsstat4 fits = bytes > kRefusal ? c.reserve(bytes) : NFS4_OK;
  if (fits == NFS4_OK) {
    add(c, r);
    c.status = status_of(result);
  } else {
    refuse(c, fits);
  }
  trace_op(c);
  ++c.index;
  return c.status == NFS4_OK;
}

rpc::Outcome conclude(Compound& c) {
  trace_end(c);
  if (c.ending == Compound::Ending::silent) return rpc::Outcome::no_reply;
  if (c.ending == Compound::Ending::sent) return rpc::Outcome::answered;
  c.call.reply(0, [&](wire::Writer& w) {
    if (c.ending == Compound::Ending::replay) {
      for (const Slice& s : c.replay_body) w.fixed(s.data(), s.size());
    } else if (c.resumed()) {
      encode(w, c.status);
      w.text(c.tag);
      w.u32(c.earlier_count + c.result_count);
      w.fixed(reinterpret_cast<const u8*>(c.earlier.data()), static_cast<u32>(c.earlier.size()));
      for (u32 i = 0; i < c.result_count; ++i) encode(w, c.results[i]);
    } else {
      encode(w, COMPOUND4res{c.status, c.tag, {c.results, c.result_count}});
    }
  });
  if (c.in_drc) c.server.drc.finish(c.drc_key, c.call.reply_bytes);
  c.in_drc = false;
  if (c.keeper != nullptr) std::exchange(c.keeper, nullptr)->ended(c, body_of(c.call.reply_bytes));
  return rpc::Outcome::answered;
}

Async<rpc::Outcome> serve_compound(void* program, rpc::Call& call) {
  void* memory = call.arena.alloc(sizeof(Compound), alignof(Compound));
  if (memory == nullptr) return rpc::Outcome::system_error;
  CompoundPtr c(new (memory) Compound(*static_cast<Nfs4*>(program), call));
  // RFC 5531 9: arguments with something behind them were not understood. Behind operations that is seen when
  // the last one's are decoded.
  if (!read_header(*c) || (c->count == 0 && !call.args.finish())) return rpc::Outcome::garbage_args;
  c->status = check_header(*c);
  if (c->status != NFS4_OK) return conclude(*c);
  if (faults_armed(c->server)) [[unlikely]]
    return run_with_faults(std::move(c));
  return run(std::move(c));
}

}  // namespace dfs::nfs4
