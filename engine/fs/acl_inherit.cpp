#include "engine/fs/acl.h"

// RFC 8881 6.4.3: what a new object gets from the ACL of its directory.
namespace dfs::fs {
namespace {

// The entry as the new object carries it; without a mask: it gets none.
Ace handed_down(Ace a, FileType type) {
  if (type != FileType::directory) {
    if (!(a.flags & ace::kFileInherit)) return {};
    a.flags &= static_cast<u16>(~ace::kInheritance);
  } else if (a.flags & ace::kDirectoryInherit) {
    a.flags &= static_cast<u16>(~ace::kInheritOnly);
    if (a.flags & ace::kNoPropagateInherit) a.flags &= static_cast<u16>(~ace::kInheritance);
  } else {
    // Meant for files: a directory only hands it on.
    if (!(a.flags & ace::kFileInherit) || (a.flags & ace::kNoPropagateInherit)) return {};
    a.flags |= ace::kInheritOnly;
  }
  a.flags |= ace::kInherited;
  return a;
}

}  // namespace

bool inherits(const Acl& parent, FileType type) {
  for (const Ace& a : parent.aces)
    if (handed_down(a, type).mask != 0) return true;
  return false;
}

Acl inherited(const Acl& parent, FileType type) {
  Acl out;
  out.flags = parent.flags & Acl::kAutoInherit;
  for (const Ace& a : parent.aces) {
    Ace got = handed_down(a, type);
    if (got.mask != 0) out.aces.push_back(got);
  }
  return out;
}

}  // namespace dfs::fs
