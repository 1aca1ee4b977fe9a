#include "protocols/nfs4/attrs/decode.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/state/io.h"
#include "protocols/nfs4/state/stateid.h"
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

// The times that a delegation was given with (RFC 9754 section 5): only its holder says them, by its stateid.
nfsstat4 take_delegated(Compound& c, const stateid4& id, Change* change) {
  Named named;
  if (const nfsstat4 s = find_state(c, id, StateKind::delegation, &named); s != NFS4_OK) return s;
  const auto& d = static_cast<const Delegation&>(*named.record);
  if (!d.times.given || &d.client() != c.session->client.get()) return NFS4ERR_BAD_STATEID;
  fs::SetAttr& attr = change->attr;
  const WallTime now = c.server.clock.wall();
  std::lock_guard lock(d.file->mutex());
  if (const nfsstat4 s = check_seqid(c, *named.record, named.seqid); s != NFS4_OK) return s;
  if (change->asked.has(FATTR4_TIME_DELEG_ACCESS)) {
    const auto at = vetted(attr.atime, d.times.atime, now);
    attr.atime_how = at ? fs::SetAttr::Time::client : fs::SetAttr::Time::keep;
    if (at) attr.atime = *at;
  }
  if (change->asked.has(FATTR4_TIME_DELEG_MODIFY)) {
    if (!d.write) return NFS4ERR_OPENMODE;
    const auto at = vetted(attr.mtime, d.times.mtime, now);
    attr.mtime_how = at ? fs::SetAttr::Time::client : fs::SetAttr::Time::keep;
    if (at) attr.mtime = *at;
  }
  return NFS4_OK;
}

// Sets nothing else: what a delegation stands for is nobody's permission to ask for.
Async<SETATTR4res> set_delegated(Compound& c, const stateid4& id, Change* change) {
  static constexpr AttrSet kTimes{FATTR4_TIME_DELEG_ACCESS, FATTR4_TIME_DELEG_MODIFY};
  static constexpr fs::Credential kHolder{0, 0, {}, false};
  if (!change->asked.within(kTimes)) return with_status<SETATTR4res>(NFS4ERR_INVAL);
  if (const nfsstat4 s = take_delegated(c, id, change); s != NFS4_OK) return with_status<SETATTR4res>(s);
  const Place& p = c.current.place;
  return recorded<fs::SetAttrResult>(
      c,
      [&](auto* rider) {
        return p.fs().setattr(kHolder, p.node, change->attr, {}, fs::IoCheck::owner_override, rider);
      },
      [&c, change](const fs::SetAttrResult& r) { return answer(c, *change, r); },
      [&c](const fs::SetAttrResult& r) { tell(c, c.current.place).changed(r.node); });
}

}  // namespace

// RFC 7530 16.32, RFC 8881 18.30
Async<SETATTR4res> setattr(Compound& c, const SETATTR4args& a) {
  const Place& p = c.current.place;
  auto* change = c.call.arena.construct<Change>();
  const nfsstat4 s = decode_settable(c, a.obj_attributes, Target::present, &change->attr, &change->asked);
  if (s != NFS4_OK) return with_status<SETATTR4res>(s);
  if (p.read_only()) return with_status<SETATTR4res>(NFS4ERR_ROFS);
  if (change->asked.has(FATTR4_TIME_DELEG_ACCESS) || change->asked.has(FATTR4_TIME_DELEG_MODIFY))
    return set_delegated(c, a.stateid, change);
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
