#include "engine/fs/acl.h"

// RFC 8881 6.3.2 and 6.4.1: what a mode and an ACL say of each other.
namespace dfs::fs {
namespace {

// What a mode can express.
constexpr u32 kReads = ace::kReadData, kWrites = ace::kWriteData | ace::kAppendData, kRuns = ace::kExecute;
constexpr u32 kModeRights = kReads | kWrites | kRuns;

u32 rights_of(u32 digit) {
  return (digit & 4 ? kReads : 0) | (digit & 2 ? kWrites : 0) | (digit & 1 ? kRuns : 0);
}

u16 digit_of(u32 rights) {
  // Whoever may write only in places is not said to write.
  return static_cast<u16>((rights & kReads ? 4 : 0) | ((rights & kWrites) == kWrites ? 2 : 0) |
                          (rights & kRuns ? 1 : 0));
}

// What the entries of one special `who` and of everyone come to.
u32 rights_for(const Acl& dacl, Who who) {
  u32 allowed = 0, denied = 0;
  for (const Ace& a : dacl.aces) {
    if (!a.effective() || (a.who != who && a.who != Who::everyone)) continue;
    if (a.type == AceType::allow) allowed |= a.mask & ~denied;
    if (a.type == AceType::deny) denied |= a.mask & ~allowed;
  }
  return allowed;
}

bool of_a_class(Who who) { return who == Who::owner || who == Who::group || who == Who::everyone; }

void add(std::vector<Ace>& to, AceType type, Who who, u32 mask) {
  if (mask != 0) to.push_back({type, 0, mask, who, 0});
}

}  // namespace

u16 mode_of(const Acl& dacl) {
  return static_cast<u16>(digit_of(rights_for(dacl, Who::owner)) << 6 |
                          digit_of(rights_for(dacl, Who::group)) << 3 |
                          digit_of(rights_for(dacl, Who::everyone)));
}

// The three classes are written anew: the owner's entries before all others and the rest's after, so that
// their first match is the mode's digit. Every entry between keeps what a mode does not speak of.
void apply_mode(Acl& dacl, u16 mode) {
  const u32 owner = rights_of(mode >> 6), group = rights_of(mode >> 3), other = rights_of(mode);
  std::vector<Ace> out;
  out.reserve(dacl.aces.size() + 5);
  add(out, AceType::deny, Who::owner, (group | other) & ~owner);
  add(out, AceType::allow, Who::owner, owner);
  for (Ace a : dacl.aces) {
    if (!a.effective()) {
      out.push_back(a);
      continue;
    }
    if (a.inheritable()) {  // what is handed down stays as it was
      out.push_back(a);
      out.back().flags |= ace::kInheritOnly;
      a.flags &= static_cast<u16>(~ace::kInheritance);
    }
    if (of_a_class(a.who))
      a.mask &= ~kModeRights;
    else if (a.type == AceType::allow)
      a.mask &= ~(kModeRights & ~group);
    if (a.mask != 0) out.push_back(a);
  }
  add(out, AceType::allow, Who::group, group);
  add(out, AceType::deny, Who::group, other & ~group);
  add(out, AceType::allow, Who::everyone, other);
  dacl.aces = std::move(out);
  // It no longer is what the directory above handed down (6.4.3.2).
  if (dacl.flags & Acl::kAutoInherit) dacl.flags |= Acl::kProtected;
}

Acl acl_from_mode(u16 mode, FileType type) {
  constexpr u32 kEverybody = ace::kReadAttributes | ace::kReadAcl | ace::kSynchronize;
  constexpr u32 kOwner = kEverybody | ace::kWriteAttributes | ace::kWriteAcl | ace::kWriteOwner;
  auto rights = [type](u32 digit) {
    u32 r = rights_of(digit);
    if (digit & 4) r |= ace::kReadNamedAttrs;
    if (digit & 2) r |= ace::kWriteNamedAttrs;
    if ((digit & 2) && type == FileType::directory) r |= ace::kDeleteChild;
    return r;
  };
  const u32 owner = rights(mode >> 6), group = rights(mode >> 3), other = rights(mode);
  Acl acl;
  acl.flags = Acl::kDefaulted;
  add(acl.aces, AceType::deny, Who::owner, (group | other) & ~owner);
  add(acl.aces, AceType::allow, Who::owner, owner | kOwner);
  add(acl.aces, AceType::allow, Who::group, group | kEverybody);
  add(acl.aces, AceType::deny, Who::group, other & ~group);
  add(acl.aces, AceType::allow, Who::everyone, other | kEverybody);
  return acl;
}

}  // namespace dfs::fs
