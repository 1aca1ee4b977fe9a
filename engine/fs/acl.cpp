#include "engine/fs/acl.h"

namespace dfs::fs {
namespace {

bool is_sacl(AceType type) { return type == AceType::audit || type == AceType::alarm; }

bool matches(const Ace& entry, const Inode& node, const Credential& who) {
  switch (entry.who) {
    case Who::owner:
      return who.uid == node.uid;
    case Who::group:
      return who.in_group(node.gid);
    case Who::everyone:
    case Who::network:
      return true;
    case Who::user:
      return who.uid == entry.id;
    case Who::group_id:
      return who.in_group(entry.id);
    case Who::anonymous:
      return who.anonymous;
    case Who::authenticated:
      return !who.anonymous;
    case Who::interactive:
    case Who::dialup:
    case Who::batch:
    case Who::service:
      return false;
  }
  return false;
}

}  // namespace

FsError check_acl(const Acl& acl, bool sacl, FileType type) {
  constexpr u8 kAclFlags = Acl::kAutoInherit | Acl::kProtected | Acl::kDefaulted;
  if (acl.aces.size() > kMaxAces || (acl.flags & ~kAclFlags)) return FsError::invalid;
  for (const Ace& a : acl.aces) {
    if (is_sacl(a.type) != sacl) return FsError::invalid;
    if ((a.mask & ~ace::kAll) || (a.flags & ~ace::kAllFlags)) return FsError::invalid;
    // 6.2.1.4.1: these flags are of directories only; an entry that is only there to be inherited, but by
    // nothing, is a mistake.
    if (type != FileType::directory && (a.flags & ace::kInheritance)) return FsError::invalid;
    if (!a.effective() && !a.inheritable()) return FsError::invalid;
  }
  return FsError::ok;
}

std::vector<Ace> joined(const Acls& acls) {
  std::vector<Ace> all = acls.sacl.aces;
  all.insert(all.end(), acls.dacl.aces.begin(), acls.dacl.aces.end());
  for (Ace& a : all) a.flags &= static_cast<u16>(~ace::kInherited);  // 6.2.1.4.1
  return all;
}

Acls split(std::span<const Ace> aces) {
  Acls out;
  for (const Ace& a : aces) {
    Acl& part = is_sacl(a.type) ? out.sacl : out.dacl;
    part.aces.push_back(a);
    part.aces.back().flags &= static_cast<u16>(~ace::kInherited);
  }
  return out;
}

Verdict evaluate(const Acl& dacl, const Inode& node, const Credential& who, u32 mask) {
  Verdict v;
  for (const Ace& a : dacl.aces) {
    u32 open = mask & ~(v.allowed | v.denied);
    if (open == 0) break;
    if (!(a.mask & open) || !a.effective() || !matches(a, node, who)) continue;
    if (a.type == AceType::allow) v.allowed |= a.mask & open;
    if (a.type == AceType::deny) v.denied |= a.mask & open;
  }
  return v;
}

}  // namespace dfs::fs
