#include "protocols/nfs4/attrs/decode.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/state/io.h"
#include "protocols/nfs4/tell.h"

namespace dfs::nfs4::ops {
namespace {

struct Change {
  fs::SetAttr attr;
  AttrSet asked;
};

SETATTR4res answer(Compound& c, const Change& change, const fs::SetAttrResult& r) {
  SETATTR4res res{};
  res.status = to_status(r.error);
  res.attrsset = applied_attrs(change.asked, r.applied).bitmap(c.call.arena);
  return res;
}

// A change of size is a write from the smaller of the two ends on (RFC 7530 16.32.4, RFC 8881 18.30.3): the
// stateid says who writes, and is held until it is done.
Task<SETATTR4res> set_size(Compound& c, const stateid4& id, const Change& change) {
  const Place& p = c.current.place;
  IoUse use;
  const nfsstat4 s = for_io(c, c.current, id, IoKind::write, bytes_of(*change.attr.size, UINT64_MAX), &use);
  if (s != NFS4_OK) co_return with_status<SETATTR4res>(s);
  Async<SETATTR4res> setting = recorded<fs::SetAttrResult>(
      c, [&](auto* rider) { return p.fs().setattr(p.who, p.node, change.attr, {}, use.check, rider); },
      [&c, &change](const fs::SetAttrResult& r) {
        SETATTR4res res = answer(c, change, r);
        if (r.error != fs::FsError::ok) res.status = data_status(c, r.error);
        return res;
      },
      [&c](const fs::SetAttrResult& r) { tell(c, c.current.place).changed(r.node); });
  co_return co_await setting;
}

}  // namespace

// RFC 7530 16.32, RFC 8881 18.30
Async<SETATTR4res> setattr(Compound& c, const SETATTR4args& a) {
  const Place& p = c.current.place;
  auto* change = c.call.arena.construct<Change>();
  const nfsstat4 s = decode_settable(c, a.obj_attributes, Target::present, &change->attr, &change->asked);
  if (s != NFS4_OK) return with_status<SETATTR4res>(s);
  if (p.read_only()) return with_status<SETATTR4res>(NFS4ERR_ROFS);
  if (change->attr.size) return set_size(c, a.stateid, *change);
  return recorded<fs::SetAttrResult>(
      c,
      [&](auto* rider) {
        return p.fs().setattr(p.who, p.node, change->attr, {}, fs::IoCheck::owner_override, rider);
      },
      [&c, change](const fs::SetAttrResult& r) { return answer(c, *change, r); },
      [&c](const fs::SetAttrResult& r) { tell(c, c.current.place).changed(r.node); });
}

}  // namespace dfs::nfs4::ops
