#include "protocols/nfs4/attrs/settings.h"

#include "protocols/nfs4/attrs/acl.h"
#include "protocols/nfs4/attrs/owners.h"

namespace dfs::nfs4::settings {
namespace {

using Time = fs::SetAttr::Time;

constexpr u32 kNanos = 1'000'000'000;
constexpr u32 kPermissions = 0777;

nfsstat4 to_wall(const nfstime4& t, WallTime* time) {
  if (t.nseconds >= kNanos) return NFS4ERR_INVAL;
  *time = {t.seconds, t.nseconds};
  return NFS4_OK;
}

nfsstat4 take_time(AttrTaking& t, Time* how, WallTime* time) {
  settime4 v;
  if (!decode(t.r, v)) return NFS4ERR_BADXDR;
  *how = v.set_it == SET_TO_SERVER_TIME4 ? Time::server : Time::client;
  return *how == Time::server ? NFS4_OK : to_wall(v.time, time);
}

// RFC 8881 6.2.4: no other bits than these.
bool mode_bits(u32 v) { return (v & ~u32{fs::kModeMask}) == 0; }

}  // namespace

nfsstat4 size(AttrTaking& t) {
  u64 v;
  if (!t.r.u64(v)) return NFS4ERR_BADXDR;
  t.attr.size = v;
  return NFS4_OK;
}

nfsstat4 mode(AttrTaking& t) {
  u32 v;
  if (!t.r.u32(v)) return NFS4ERR_BADXDR;
  if (!mode_bits(v)) return NFS4ERR_INVAL;
  t.attr.mode = static_cast<u16>(v);
  return NFS4_OK;
}

// 6.2.5
nfsstat4 mode_set_masked(AttrTaking& t) {
  mode_masked4 v;
  if (!decode(t.r, v)) return NFS4ERR_BADXDR;
  if (!mode_bits(v.mm_value_to_set) || !mode_bits(v.mm_mask_bits)) return NFS4ERR_INVAL;
  t.attr.mode = static_cast<u16>(v.mm_value_to_set);
  t.attr.mode_mask = static_cast<u16>(v.mm_mask_bits);
  return NFS4_OK;
}

// RFC 8275 section 4
nfsstat4 mode_umask(AttrTaking& t) {
  mode_umask4 v;
  if (!decode(t.r, v)) return NFS4ERR_BADXDR;
  if (!mode_bits(v.mu_mode) || (v.mu_umask & ~kPermissions)) return NFS4ERR_INVAL;
  t.attr.mode = static_cast<u16>(v.mu_mode);
  t.attr.umask = static_cast<u16>(v.mu_umask);
  return NFS4_OK;
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
nfsstat4 time_create(AttrTaking& t) {
  nfstime4 v;
  if (!decode(t.r, v)) return NFS4ERR_BADXDR;
  t.attr.btime_how = Time::client;
  return to_wall(v, &t.attr.btime);
}

// RFC 9754 section 5: who may say so, SETATTR finds out.
nfsstat4 time_deleg_access(AttrTaking& t) {
  nfstime4 v;
  if (!decode(t.r, v)) return NFS4ERR_BADXDR;
  t.attr.atime_how = Time::client;
  return to_wall(v, &t.attr.atime);
}
nfsstat4 time_deleg_modify(AttrTaking& t) {
  nfstime4 v;
  if (!decode(t.r, v)) return NFS4ERR_BADXDR;
  t.attr.mtime_how = Time::client;
  return to_wall(v, &t.attr.mtime);
}

// Both lists in one (6.2.1). Whether they can be this object's, the file system knows.
nfsstat4 acl(AttrTaking& t) {
  std::vector<fs::Ace> aces;
  if (const nfsstat4 s = take_aces(t, &aces); s != NFS4_OK) return s;
  const fs::Acls& both = t.c.acls.emplace_front(fs::split(aces));
  t.attr.dacl = &both.dacl;
  t.attr.sacl = &both.sacl;
  return NFS4_OK;
}

nfsstat4 dacl(AttrTaking& t) {
  fs::Acl& acl = t.c.acls.emplace_front().dacl;
  t.attr.dacl = &acl;
  return take_acl41(t, &acl);
}

nfsstat4 sacl(AttrTaking& t) {
  fs::Acl& acl = t.c.acls.emplace_front().sacl;
  t.attr.sacl = &acl;
  return take_acl41(t, &acl);
}

}  // namespace dfs::nfs4::settings
