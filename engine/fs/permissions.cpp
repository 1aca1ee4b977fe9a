#include "engine/fs/permissions.h"

#include "engine/fs/acl_row.h"

namespace dfs::fs {
namespace {

// What nobody is ever refused: clients break without it (POSIX stat() takes no permission either).
constexpr u32 kAlways = ace::kReadAttributes | ace::kSynchronize;
// What owners can never lose, so that there is always somebody who can mend an ACL (RFC 8881 6.3.1.1).
constexpr u32 kOwners = ace::kReadAcl | ace::kWriteAcl | ace::kWriteAttributes;

constexpr u32 rights_of_digit(u32 digit) {
  u32 rights = kAlways | ace::kReadAcl;
  if (digit & 4) rights |= ace::kReadData | ace::kReadNamedAttrs;
  if (digit & 2) rights |= ace::kWriteData | ace::kAppendData | ace::kWriteNamedAttrs | ace::kDeleteChild;
  if (digit & 1) rights |= ace::kExecute;
  return rights;
}
constexpr std::array<u32, 8> kDigits = {rights_of_digit(0), rights_of_digit(1), rights_of_digit(2),
                                        rights_of_digit(3), rights_of_digit(4), rights_of_digit(5),
                                        rights_of_digit(6), rights_of_digit(7)};

u32 granted_by_mode(const Inode& node, const Credential& who) {
  const u32 meant = node.type == FileType::directory ? ace::kAll : ace::kAll & ~ace::kDeleteChild;
  if (who.uid == node.uid) return (kDigits[node.mode >> 6 & 7] | kOwners | ace::kWriteOwner) & meant;
  return kDigits[(who.in_group(node.gid) ? node.mode >> 3 : node.mode) & 7] & meant;
}

// Appropriate privileges override all but this: a regular file nobody may execute is not a program.
u32 granted_to_root(const Inode& node, bool any_execute) {
  return node.type == FileType::directory || any_execute ? ace::kAll : ace::kAll & ~ace::kExecute;
}

bool lets_anyone_execute(const Acl& dacl) {
  for (const Ace& a : dacl.aces)
    if (a.type == AceType::allow && a.effective() && (a.mask & ace::kExecute)) return true;
  return false;
}

// With an ACL: what it allows and denies, with what no ACL takes away.
Result<Verdict, FsError> judge_by_acl(MetadataView& view, const Inode& node, const Credential& who,
                                      u32 mask) {
  auto acls = load_acls(view, node);
  if (!acls) return failure(acls.error());
  if (who.root()) return Verdict{mask & granted_to_root(node, lets_anyone_execute(acls->dacl)), 0};
  Verdict v = evaluate(acls->dacl, node, who, mask);
  u32 kept = mask & (who.uid == node.uid ? kAlways | kOwners : kAlways);
  return Verdict{v.allowed | kept, v.denied & ~kept};
}

// Where an ACL is, or is not, silent about a removal.
bool mentions(const Verdict& v, u32 right) { return (v.allowed | v.denied) & right; }

bool sticky_permits(const Inode& dir, const Inode& victim, const Credential& who) {
  return !(dir.mode & kSticky) || who.root() || who.uid == dir.uid || who.uid == victim.uid;
}

}  // namespace

Result<u32, FsError> granted(MetadataView& view, const Inode& node, const Credential& who, u32 mask) {
  if (!node.has_acl) {
    bool root = who.root();
    return mask & (root ? granted_to_root(node, node.mode & kAnyExecute) : granted_by_mode(node, who));
  }
  auto v = judge_by_acl(view, node, who, mask);
  if (!v) return failure(v.error());
  return v->allowed;
}

FsError permits(MetadataView& view, const Inode& node, const Credential& who, u32 mask) {
  auto got = granted(view, node, who, mask);
  if (!got) return got.error();
  return *got == mask ? FsError::ok : FsError::access;
}

FsError may_transfer(MetadataView& view, const Inode& file, const Credential& who, bool writing,
                     IoCheck check, u64 offset) {
  if (check == IoCheck::open_elsewhere) return FsError::ok;
  // RFC 1813 4.4: the owner of a file opened before a chmod must keep its access.
  if (check == IoCheck::owner_override && who.uid == file.uid) return FsError::ok;
  auto got =
      granted(view, file, who, writing ? ace::kWriteData | ace::kAppendData : ace::kReadData | ace::kExecute);
  if (!got) return got.error();
  u32 enough = writing ? ace::kWriteData : ace::kReadData;
  if (writing && offset == file.size) enough |= ace::kAppendData;
  // RFC 1813 4.4 again: paging in a program needs READ where only execute is granted.
  if (!writing && check == IoCheck::owner_override) enough |= ace::kExecute;
  return *got & enough ? FsError::ok : FsError::access;
}

Result<u32, FsError> granted_access(MetadataView& view, const Inode& node, const Credential& who,
                                    u32 wanted) {
  auto got = granted(view, node, who, ace::kAll);
  if (!got) return failure(got.error());
  const u32 rights = *got;
  u32 access = 0;
  if (rights & ace::kReadData) access |= kRead;
  if (node.type == FileType::directory) {
    if (rights & ace::kExecute) {
      access |= kLookup;
      // To be there is not enough: an entry is changed by one that is taken away and one that is added.
      if (rights & ace::kAddFile) access |= kModify;
      if (rights & (ace::kAddFile | ace::kAddSubdirectory)) access |= kExtend;
      if (rights & (ace::kAddFile | ace::kDeleteChild)) access |= kDelete;
    }
  } else {
    if (rights & ace::kExecute) access |= kExecute;
    if (rights & ace::kWriteData) access |= kModify;
    if (rights & (ace::kWriteData | ace::kAppendData)) access |= kExtend;
  }
  if (node.type == FileType::directory || node.type == FileType::regular) {
    if (rights & ace::kReadNamedAttrs) access |= kXattrRead | kXattrList;
    if (rights & ace::kWriteNamedAttrs) access |= kXattrWrite;
  }
  return access & wanted;
}

FsError may_delete(MetadataView& view, const Inode& dir, const Inode& victim, const Credential& who) {
  if (!dir.has_acl && !victim.has_acl) {
    FsError e = permits(view, dir, who, ace::kWriteData);
    return e == FsError::ok && !sticky_permits(dir, victim, who) ? FsError::access : e;
  }
  if (who.root()) return FsError::ok;
  Verdict of_dir, of_victim;
  if (dir.has_acl) {
    auto v = judge_by_acl(view, dir, who, ace::kDeleteChild | ace::kAddFile);
    if (!v) return v.error();
    of_dir = *v;
  } else {
    auto got = granted(view, dir, who, ace::kAddFile);
    if (!got) return got.error();
    of_dir.allowed = *got;
  }
  if (victim.has_acl) {
    auto v = judge_by_acl(view, victim, who, ace::kDelete);
    if (!v) return v.error();
    of_victim = *v;
  }
  // Either of the two is enough, even against a denial by the other.
  if ((of_dir.allowed & ace::kDeleteChild) || (of_victim.allowed & ace::kDelete)) return FsError::ok;
  if (mentions(of_dir, ace::kDeleteChild) || mentions(of_victim, ace::kDelete)) return FsError::access;
  return (of_dir.allowed & ace::kAddFile) && sticky_permits(dir, victim, who) ? FsError::ok : FsError::access;
}

u16 mode_after_write(u16 mode, const Credential& who) {
  if (who.root()) return mode;
  mode &= static_cast<u16>(~kSetUid);
  // Without group execute the bit is not set-group-ID but a mark of its own, which stays.
  if (mode & kGroupExecute) mode &= static_cast<u16>(~kSetGid);
  return mode;
}

}  // namespace dfs::fs
