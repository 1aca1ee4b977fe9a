#include "protocols/nfs4/compound.h"

#include "protocols/nfs4/gate.h"
#include "protocols/nfs4/ops.h"

namespace dfs::nfs4 {
namespace {

nfs_resop4 as_resop(nfs_opnum4 number, const void* result) {
  nfs_resop4 r{};
  r.resop = number;
  std::memcpy(&r.opillegal, &result, sizeof result);  // every arm is a pointer
  return r;
}

bool read_header(Compound& c) {
  wire::Reader& r = c.call.args;
  return r.text(c.tag, UINT32_MAX) && r.u32(c.minor) && r.count(c.count, UINT32_MAX, 4);
}

nfsstat4 grow(Compound& c) {
  if (c.result_count < c.result_capacity) return NFS4_OK;
  const u32 capacity = c.result_capacity == 0 ? 8 : c.result_capacity * 2;
  auto* results = c.call.arena.make<nfs_resop4>(capacity);
  if (results == nullptr) return NFS4ERR_RESOURCE;
  std::copy_n(c.results, c.result_count, results);
  c.results = results;
  c.result_capacity = capacity;
  return NFS4_OK;
}

// Takes an operation's result; false: the COMPOUND ends here.
bool settle(Compound& c, nfs_opnum4 number, const void* result) {
  if (grow(c) != NFS4_OK) return false;
  const nfs_resop4 r = as_resop(number, result);
  c.results[c.result_count++] = r;
  c.result_bytes += encoded_size(r);
  c.status = status_of(result);
  ++c.index;
  return c.status == NFS4_OK;
}

bool refuse(Compound& c, const OpRow* row, nfsstat4 status) {
  if (row != nullptr && status != NFS4ERR_OP_ILLEGAL) return settle(c, row->number, row->refuse(c, status));
  auto* illegal = c.call.arena.construct<ILLEGAL4res>(ILLEGAL4res{NFS4ERR_OP_ILLEGAL});
  return settle(c, OP_ILLEGAL, illegal);
}

bool took(Compound& c, const OpRow& row, const void* result) {
  return result == nullptr ? refuse(c, &row, NFS4ERR_BADXDR) : settle(c, row.number, result);
}

rpc::Outcome finish(Compound& c) {
  c.call.reply(0, [&](wire::Writer& w) {
    encode(w, COMPOUND4res{c.status, c.tag, {c.results, c.result_count}});
  });
  std::destroy_at(&c);
  return rpc::Outcome::answered;
}

bool step(Compound& c, Async<const void*>* pending) {
  u32 number;
  if (!c.call.args.u32(number)) return refuse(c, nullptr, NFS4ERR_OP_ILLEGAL);
  c.row = find_op(number);
  const GateInput in{
      c.row, c.minor, c.index, c.count, c.session != nullptr, bool(c.current.place), bool(c.saved.place)};
  if (const nfsstat4 s = gate(in); s != NFS4_OK) return refuse(c, c.row, s);
  if (c.row->largest_reply != 0)
    if (const nfsstat4 s = c.reserve(c.row->largest_reply); s != NFS4_OK) return refuse(c, c.row, s);
  Async<const void*> result = c.row->serve(c);
  if (!result.ready()) {
    *pending = std::move(result);
    return true;
  }
  return took(c, *c.row, std::move(result).get());
}

Async<rpc::Outcome> run(Compound& c);

Task<rpc::Outcome> run_later(Compound& c, Async<const void*> pending) {
  const void* result = co_await pending;
  if (!took(c, *c.row, result)) co_return finish(c);
  Async<rpc::Outcome> rest = run(c);
  co_return co_await rest;
}

Async<rpc::Outcome> run(Compound& c) {
  while (c.index < c.count) {
    Async<const void*> pending(static_cast<const void*>(nullptr));
    const bool on = step(c, &pending);
    if (!pending.ready()) return run_later(c, std::move(pending));
    if (!on) break;
  }
  return finish(c);
}

}  // namespace

u64 Compound::room() const { return max_reply > result_bytes ? max_reply - result_bytes : 0; }

nfsstat4 Compound::reserve(u64 bytes) const {
  if (result_bytes + bytes > max_reply) return NFS4ERR_REP_TOO_BIG;
  if (cached && result_bytes + bytes > max_cached) return NFS4ERR_REP_TOO_BIG_TO_CACHE;
  return NFS4_OK;
}

void Compound::replay(SliceList body) {
  replayed = true;
  replay_body = std::move(body);
}

Async<rpc::Outcome> serve_compound(void* program, rpc::Call& call) {
  void* memory = call.arena.alloc(sizeof(Compound), alignof(Compound));
  if (memory == nullptr) return rpc::Outcome::system_error;
  Compound& c = *new (memory) Compound(*static_cast<Nfs4*>(program), call);
  if (!read_header(c)) {
    std::destroy_at(&c);
    return rpc::Outcome::garbage_args;
  }
  return run(c);
}

}  // namespace dfs::nfs4
