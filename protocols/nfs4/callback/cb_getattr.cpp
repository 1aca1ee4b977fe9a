#include "protocols/nfs4/callback/cb_getattr.h"

#include "engine/wire/reader.h"
#include "protocols/nfs4/attrs/attr_set.h"

namespace dfs::nfs4 {
namespace {

const AttrSet kAlways{FATTR4_CHANGE, FATTR4_SIZE};
const AttrSet kTimes{FATTR4_TIME_DELEG_ACCESS, FATTR4_TIME_DELEG_MODIFY};

// The values lie in the order of their numbers (RFC 8881 5.3): change, size, the times.
std::optional<HolderAttributes> read(const fattr4& attrs, bool times) {
  const AttrSet told(attrs.attrmask);
  if (told.unknown() || !kAlways.within(told) || !told.within(times ? kAlways | kTimes : kAlways)) return {};
  Arena none(0);
  wire::Reader r(attrs.attr_vals.data, attrs.attr_vals.size, none);
  HolderAttributes out;
  if (!r.u64(out.change) || !r.u64(out.size)) return {};
  for (auto [number, to] : {std::pair{FATTR4_TIME_DELEG_ACCESS, &out.accessed},
                            std::pair{FATTR4_TIME_DELEG_MODIFY, &out.modified}}) {
    if (!told.has(number)) continue;
    nfstime4 t;
    if (!decode(r, t) || t.nseconds >= 1'000'000'000) return {};
    *to = WallTime{t.seconds, t.nseconds};
  }
  if (!r.finish()) return {};
  return out;
}

}  // namespace

Task<std::optional<HolderAttributes>> ask_attributes(Callbacks& callbacks, Ref<Delegation> d) {
  nfs4_cb::CB_GETATTR4args a{};
  a.fh = Bytes{d->handle.data(), fs::kHandleSize};
  Arena words(256);
  a.attr_request = (d->times.given ? kAlways | kTimes : kAlways).bitmap(words);
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
  co_return read(op->opcbgetattr->resok4.obj_attributes, d->times.given);
}

}  // namespace dfs::nfs4
