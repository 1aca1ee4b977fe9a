#include "protocols/nfs4/attrs/decode.h"

#include "protocols/nfs4/attrs/settings.h"

namespace dfs::nfs4 {
namespace {

nfsstat4 check_asked(const AttrSet& asked, u32 minor, Target target) {
  static const AttrSet kNewOnly = attrs_with(kNew), kOldOnly = attrs_with(kOld), kModes = attrs_with(kMode);
  if (!asked.within(supported_attrs(minor))) return NFS4ERR_ATTRNOTSUPP;
  if (!asked.within(writable_attrs(minor))) return NFS4ERR_INVAL;
  if (asked.intersects(target == Target::created ? kOldOnly : kNewOnly)) return NFS4ERR_INVAL;
  // RFC 8881 6.2.5, RFC 8275 section 4: one word about the mode. 6.2.2 and 6.2.3: acl is dacl and sacl in
  // one.
  const AttrSet modes = asked & kModes;
  u32 count = 0;
  modes.each([&](u32) { return ++count; });
  if (count > 1) return NFS4ERR_INVAL;
  // One word about each time.
  if (asked.has(FATTR4_TIME_DELEG_ACCESS) && asked.has(FATTR4_TIME_ACCESS_SET)) return NFS4ERR_INVAL;
  if (asked.has(FATTR4_TIME_DELEG_MODIFY) && asked.has(FATTR4_TIME_MODIFY_SET)) return NFS4ERR_INVAL;
  if (asked.has(FATTR4_ACL) && (asked.has(FATTR4_DACL) || asked.has(FATTR4_SACL))) return NFS4ERR_INVAL;
  return NFS4_OK;
}

u32 part_of(u32 number) {
  switch (number) {
    case FATTR4_SIZE:
      return fs::kSetSize;
    case FATTR4_MODE:
    case FATTR4_MODE_SET_MASKED:
    case FATTR4_MODE_UMASK:
      return fs::kSetMode;
    case FATTR4_OWNER:
      return fs::kSetOwner;
    case FATTR4_OWNER_GROUP:
      return fs::kSetGroup;
    case FATTR4_TIME_ACCESS_SET:
    case FATTR4_TIME_DELEG_ACCESS:
      return fs::kSetAtime;
    case FATTR4_TIME_MODIFY_SET:
    case FATTR4_TIME_DELEG_MODIFY:
      return fs::kSetMtime;
    case FATTR4_TIME_CREATE:
      return fs::kSetBtime;
    case FATTR4_ACL:
    case FATTR4_DACL:
      return fs::kSetDacl;
    case FATTR4_SACL:
      return fs::kSetSacl;
    default:
      return 0;
  }
}

}  // namespace

nfsstat4 decode_settable(Compound& c, const fattr4& from, Target target, fs::SetAttr* out, AttrSet* asked) {
  *asked = AttrSet(from.attrmask);
  if (const nfsstat4 s = check_asked(*asked, c.minor, target); s != NFS4_OK) return s;
  wire::Reader r(from.attr_vals.data, from.attr_vals.size, c.call.arena);
  AttrTaking taking{c, r, *out};
  nfsstat4 status = NFS4_OK;
  asked->each([&](u32 number) {
    status = find_attr(number)->take(taking);
    return status == NFS4_OK;
  });
  if (status != NFS4_OK) return status;
  return r.finish() ? NFS4_OK : NFS4ERR_BADXDR;
}

AttrSet applied_attrs(const AttrSet& asked, u32 parts) {
  AttrSet applied;
  asked.each([&](u32 number) {
    if (part_of(number) & parts) applied.add(number);
    return true;
  });
  return applied;
}

}  // namespace dfs::nfs4
