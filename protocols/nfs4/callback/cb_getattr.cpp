#include "protocols/nfs4/callback/cb_getattr.h"

#include "engine/wire/reader.h"

namespace dfs::nfs4 {
namespace {

constexpr u32 kAsked = 1u << FATTR4_CHANGE | 1u << FATTR4_SIZE;

// The values lie in the order of their numbers (RFC 8881 5.3): change, size.
std::optional<HolderAttributes> read(const fattr4& attrs) {
  if (attrs.attrmask.size == 0 || attrs.attrmask[0] != kAsked) return {};
  for (u32 i = 1; i < attrs.attrmask.size; ++i)
    if (attrs.attrmask[i] != 0) return {};
  Arena none(0);
  wire::Reader r(attrs.attr_vals.data, attrs.attr_vals.size, none);
  HolderAttributes out;
  if (!r.u64(out.change) || !r.u64(out.size) || !r.finish()) return {};
  return out;
}

}  // namespace

Task<std::optional<HolderAttributes>> ask_attributes(Callbacks& callbacks, Ref<Delegation> d) {
  static constexpr u32 kMask[] = {kAsked};
  nfs4_cb::CB_GETATTR4args a{};
  a.fh = Bytes{d->handle.data(), fs::kHandleSize};
  a.attr_request = {kMask, 1};
  ReferringCall given_by;
  {
    std::lock_guard lock(d->file->mutex());
    given_by = d->given_by;
  }
  CbOps ops;
  ops.add(nfs4_cb::OP_CB_GETATTR, a).about(given_by, callbacks.state());
  Async<CbResult> calling = callbacks.call(Ref<Client>::share(&d->client()), std::move(ops));
  const CbResult r = co_await calling;
  const nfs4_cb::nfs_cb_resop4* op = r.ok() ? r[0] : nullptr;
  if (op == nullptr || op->resop != nfs4_cb::OP_CB_GETATTR || op->opcbgetattr->status != NFS4_OK)
    co_return std::nullopt;
  co_return read(op->opcbgetattr->resok4.obj_attributes);
}

}  // namespace dfs::nfs4
