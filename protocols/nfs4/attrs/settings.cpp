#include "protocols/nfs4/attrs/settings.h"

#include "protocols/nfs4/attrs/owners.h"

namespace dfs::nfs4::settings {
namespace {

constexpr u32 kNanos = 1'000'000'000;

nfsstat4 take_time(AttrTaking& t, fs::SetAttr::Time* how, WallTime* time) {
  settime4 v;
  if (!decode(t.r, v)) return NFS4ERR_BADXDR;
  *how = fs::SetAttr::Time::server;
  if (v.set_it == SET_TO_SERVER_TIME4) return NFS4_OK;
  if (v.time.nseconds >= kNanos) return NFS4ERR_INVAL;
  *how = fs::SetAttr::Time::client;
  *time = {v.time.seconds, v.time.nseconds};
  return NFS4_OK;
}

nfsstat4 take_mode(AttrTaking& t, u16* mode) {
  u32 v;
  if (!t.r.u32(v)) return NFS4ERR_BADXDR;
  // RFC 8881 6.2.4: other bits MUST NOT be set.
  if (v & ~u32{fs::kModeMask}) return NFS4ERR_INVAL;
  *mode = static_cast<u16>(v);
  return NFS4_OK;
}

}  // namespace

nfsstat4 size(AttrTaking& t) {
  u64 v;
  if (!t.r.u64(v)) return NFS4ERR_BADXDR;
  t.attr.size = v;
  return NFS4_OK;
}

nfsstat4 mode(AttrTaking& t) {
  u16 v;
  const nfsstat4 s = take_mode(t, &v);
  if (s == NFS4_OK) t.attr.mode = v;
  return s;
}

nfsstat4 owner(AttrTaking& t) {
  Text who;
  if (!decode_fattr4_owner(t.r, who)) return NFS4ERR_BADXDR;
  u32 id;
  const nfsstat4 s = t.c.server.owners.user(who, &id);
  if (s == NFS4_OK) t.attr.uid = id;
  return s;
}

nfsstat4 owner_group(AttrTaking& t) {
  Text who;
  if (!decode_fattr4_owner_group(t.r, who)) return NFS4ERR_BADXDR;
  u32 id;
  const nfsstat4 s = t.c.server.owners.group(who, &id);
  if (s == NFS4_OK) t.attr.gid = id;
  return s;
}

nfsstat4 time_access_set(AttrTaking& t) { return take_time(t, &t.attr.atime_how, &t.attr.atime); }
nfsstat4 time_modify_set(AttrTaking& t) { return take_time(t, &t.attr.mtime_how, &t.attr.mtime); }

}  // namespace dfs::nfs4::settings
