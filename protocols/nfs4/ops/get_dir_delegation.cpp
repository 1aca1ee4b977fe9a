#include "protocols/nfs4/listing.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/nfs4/status.h"

namespace dfs::nfs4::ops {
namespace {

// Not as an error, so that a COMPOUND that would use one goes on without; no promise to say when there is
// one.
GET_DIR_DELEGATION4res unavailable() {
  GET_DIR_DELEGATION4res res{};
  res.gddr_res_non_fatal4.gddrnf_status = GDD4_UNAVAIL;
  return res;
}

Nanos delay_of(const attr_notice4& t) {
  constexpr i64 kLongest = 1'000'000;
  if (t.seconds < 0) return 0;
  return std::min<i64>(t.seconds, kLongest) * kSecond + std::min<u32>(t.nseconds, 999'999'999);
}

DirectoryNotices notices_of(const GET_DIR_DELEGATION4args& a) {
  DirectoryNotices n;
  if (a.gdda_notification_types.size != 0) n.types = a.gdda_notification_types[0];
  n.child = AttrSet(a.gdda_child_attributes);
  n.own = AttrSet(a.gdda_dir_attributes);
  n.child_delay = delay_of(a.gdda_child_attr_delay);
  n.own_delay = delay_of(a.gdda_dir_attr_delay);
  return n;
}

GET_DIR_DELEGATION4res answer(Compound& c, const Ref<DirectoryDelegation>& d) {
  if (!d) return unavailable();
  GET_DIR_DELEGATION4res res{};
  GET_DIR_DELEGATION4resok& ok = res.gddr_res_non_fatal4.gddrnf_resok4;
  ok.gddr_cookieverf = cookie_verifier(c, c.current.place);
  {
    std::lock_guard lock(d->file->mutex());
    ok.gddr_stateid = d->stateid();
  }
  auto* types = c.call.arena.make<u32>();
  *types = d->notices.types;
  ok.gddr_notification = {types, *types != 0 ? 1u : 0u};
  ok.gddr_child_attributes = d->notices.child.bitmap(c.call.arena);
  ok.gddr_dir_attributes = d->notices.own.bitmap(c.call.arena);
  c.set_stateid(ok.gddr_stateid);
  return res;
}

// Who may list the directory may know of its entries.
Async<GET_DIR_DELEGATION4res> give(Compound& c, const GET_DIR_DELEGATION4args& a, const fs::AccessResult& r) {
  using Res = GET_DIR_DELEGATION4res;
  if (r.error != fs::FsError::ok) return with_status<Res>(to_status(r.error));
  if (r.node.type != fs::FileType::directory) return with_status<Res>(NFS4ERR_NOTDIR);
  if ((r.granted & fs::ace::kListDirectory) == 0) return with_status<Res>(NFS4ERR_ACCESS);
  return then(c.server.state->directories.give(c, r.node, notices_of(a)),
              [&c](const Ref<DirectoryDelegation>& d) { return answer(c, d); });
}

}  // namespace

// RFC 8881 18.39
Async<GET_DIR_DELEGATION4res> get_dir_delegation(Compound& c, const GET_DIR_DELEGATION4args& a) {
  using Res = GET_DIR_DELEGATION4res;
  // A directory above the exports, which nobody changes.
  if (!c.current.place.object()) return unavailable();
  return then(c.server.state->recovery.admit(*c.session->client, Taking::anew),
              [&c, &a](nfsstat4 s) -> Async<Res> {
                if (s != NFS4_OK) return with_status<Res>(s);
                const Place& dir = c.current.place;
                return then(dir.fs().rights(dir.who, dir.node, fs::ace::kListDirectory),
                            [&c, &a](const fs::AccessResult& r) { return give(c, a, r); });
              });
}

}  // namespace dfs::nfs4::ops
