#include "protocols/nfs4/op_table.h"

#include "protocols/nfs4/ops.h"

namespace dfs::nfs4 {
namespace op {  // named, because coroutine frames are made of these types

template <class Res>
const void* keep(Compound& c, const Res& result) {
  Res* kept = c.call.arena.make<Res>();
  DFS_CHECK(kept != nullptr);  // results are bounded by the number of operations
  *kept = result;
  return kept;
}

template <class Res>
struct Keep {
  Compound& c;
  const void* operator()(const Res& result) const { return keep(c, result); }
};

template <class Args>
const void* decode_args(Compound& c) {
  if constexpr (std::is_same_v<Args, rpc::Void>) {
    static constexpr rpc::Void nothing;
    return &nothing;
  } else {
    Args* decoded = c.call.arena.make<Args>();
    return decoded != nullptr && decode(c.call.args, *decoded) ? decoded : nullptr;
  }
}

template <class Args, class Res, Async<Res> (*Handler)(Compound&, const Args&)>
Async<const void*> serve(Compound& c, const void* args) {
  return then(Handler(c, *static_cast<const Args*>(args)), Keep<Res>{c});
}

template <class Res>
const void* refuse(Compound& c, nfsstat4 status) {
  Res result{};
  set_status(result, status);
  return keep(c, result);
}

}  // namespace op

namespace {

constexpr OpRow kOps[] = {
#define NFS4_OP(name, handler, args, res, first, last, flags, largest) \
  {OP_##name,                                                          \
   #name,                                                              \
   first,                                                              \
   last,                                                               \
   flags,                                                              \
   largest,                                                            \
   op::decode_args<args>,                                              \
   op::serve<args, res, ops::handler>,                                 \
   op::refuse<res>},
#include "protocols/nfs4/ops.def"
#undef NFS4_OP
};
constexpr u32 kFirstOp = OP_ACCESS;
static_assert(kOps[std::size(kOps) - 1].number == kFirstOp + std::size(kOps) - 1,
              "ops.def has a row a number");

}  // namespace

const OpRow* find_op(u32 number, u32 minor) {
  if (number < kFirstOp || number - kFirstOp >= std::size(kOps)) return nullptr;
  const OpRow& row = kOps[number - kFirstOp];
  return minor < row.first_minor ? nullptr : &row;
}

std::span<const OpRow> all_ops() { return kOps; }

}  // namespace dfs::nfs4
