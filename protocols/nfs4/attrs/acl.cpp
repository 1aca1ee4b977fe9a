#include "protocols/nfs4/attrs/acl.h"

#include <charconv>

#include "protocols/nfs4/attrs/owners.h"

namespace dfs::nfs4 {
namespace {

// The model took its numbers from the specification.
static_assert(fs::ace::kReadData == ACE4_READ_DATA && fs::ace::kDeleteChild == ACE4_DELETE_CHILD &&
              fs::ace::kWriteRetentionHold == ACE4_WRITE_RETENTION_HOLD && fs::ace::kDelete == ACE4_DELETE &&
              fs::ace::kSynchronize == ACE4_SYNCHRONIZE);
static_assert(fs::ace::kFileInherit == ACE4_FILE_INHERIT_ACE &&
              fs::ace::kInheritOnly == ACE4_INHERIT_ONLY_ACE &&
              fs::ace::kFailedAccess == ACE4_FAILED_ACCESS_ACE_FLAG &&
              fs::ace::kInherited == ACE4_INHERITED_ACE);
static_assert(static_cast<u32>(fs::AceType::allow) == ACE4_ACCESS_ALLOWED_ACE_TYPE &&
              static_cast<u32>(fs::AceType::deny) == ACE4_ACCESS_DENIED_ACE_TYPE &&
              static_cast<u32>(fs::AceType::audit) == ACE4_SYSTEM_AUDIT_ACE_TYPE &&
              static_cast<u32>(fs::AceType::alarm) == ACE4_SYSTEM_ALARM_ACE_TYPE);
static_assert(fs::Acl::kAutoInherit == ACL4_AUTO_INHERIT && fs::Acl::kProtected == ACL4_PROTECTED &&
              fs::Acl::kDefaulted == ACL4_DEFAULTED);

// 6.2.1.5: who is nobody in particular.
struct Special {
  std::string_view name;
  fs::Who who;
};
constexpr Special kSpecial[] = {
    {"OWNER@", fs::Who::owner},
    {"GROUP@", fs::Who::group},
    {"EVERYONE@", fs::Who::everyone},
    {"INTERACTIVE@", fs::Who::interactive},
    {"NETWORK@", fs::Who::network},
    {"DIALUP@", fs::Who::dialup},
    {"BATCH@", fs::Who::batch},
    {"ANONYMOUS@", fs::Who::anonymous},
    {"AUTHENTICATED@", fs::Who::authenticated},
    {"SERVICE@", fs::Who::service},
};

void put_who(AttrOut& out, const fs::Ace& a) {
  for (const Special& s : kSpecial)
    if (s.who == a.who) return out.opaque(s.name);
  put_owner(out, a.id);
}

nfsstat4 take_who(const Owners& owners, const nfsace4& from, fs::Ace* a) {
  for (const Special& s : kSpecial) {
    if (s.name != from.who.view()) continue;
    a->who = s.who;
    return NFS4_OK;
  }
  const bool group = from.flag & ACE4_IDENTIFIER_GROUP;
  a->who = group ? fs::Who::group_id : fs::Who::user;
  return group ? owners.group(from.who, &a->id) : owners.user(from.who, &a->id);
}

nfsstat4 to_ace(const Owners& owners, const nfsace4& from, fs::Ace* a) {
  // aclsupport has every type there is.
  if (from.type > ACE4_SYSTEM_ALARM_ACE_TYPE) return NFS4ERR_INVAL;
  const u32 flags = from.flag & ~ACE4_IDENTIFIER_GROUP;
  if (flags & ~u32{fs::ace::kAllFlags}) return NFS4ERR_INVAL;
  a->type = static_cast<fs::AceType>(from.type);
  a->flags = static_cast<u16>(flags);
  a->mask = from.access_mask;
  return take_who(owners, from, a);
}

}  // namespace

// RFC 8881 5.9: the id's digits, which is what a server sends that translates no names.
void put_owner(AttrOut& out, u32 id) {
  char text[16];
  const auto end = std::to_chars(text, text + sizeof text, id).ptr;
  out.opaque({text, static_cast<size_t>(end - text)});
}

void put_aces(AttrOut& out, const std::vector<fs::Ace>& aces) {
  out.u32(static_cast<u32>(aces.size()));
  for (const fs::Ace& a : aces) {
    out.u32(static_cast<u32>(a.type));
    // 6.2.1.5: not set for the special ones, GROUP@ among them.
    out.u32(a.flags | (a.who == fs::Who::group_id ? ACE4_IDENTIFIER_GROUP : 0));
    out.u32(a.mask);
    put_who(out, a);
  }
}

void put_acl41(AttrOut& out, const fs::Acl& acl) {
  out.u32(acl.flags);
  put_aces(out, acl.aces);
}

nfsstat4 take_aces(AttrTaking& t, std::vector<fs::Ace>* aces) {
  fattr4_acl from;
  if (!decode_fattr4_acl(t.r, from)) return NFS4ERR_BADXDR;
  if (from.size > fs::kMaxAces) return NFS4ERR_INVAL;
  for (const nfsace4& ace : from) {
    fs::Ace a;
    if (const nfsstat4 s = to_ace(t.c.server.owners, ace, &a); s != NFS4_OK) return s;
    aces->push_back(a);
  }
  return NFS4_OK;
}

nfsstat4 take_acl41(AttrTaking& t, fs::Acl* acl) {
  u32 flags;
  if (!t.r.u32(flags)) return NFS4ERR_BADXDR;
  if (flags & ~u32{fs::Acl::kAutoInherit | fs::Acl::kProtected | fs::Acl::kDefaulted}) return NFS4ERR_INVAL;
  acl->flags = static_cast<u8>(flags);
  return take_aces(t, &acl->aces);
}

}  // namespace dfs::nfs4
