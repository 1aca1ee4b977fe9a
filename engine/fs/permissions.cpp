#include "engine/fs/permissions.h"

namespace dfs::fs {

bool permits(const Inode& node, const Credential& who, u32 want) {
  if (who.root()) {
    // Appropriate privileges override all but this: a regular file nobody may execute is not a program.
    bool needs_bit = (want & kWantExecute) && node.type != FileType::directory;
    return !needs_bit || (node.mode & kAnyExecute) != 0;
  }
  u32 bits = node.mode;
  if (who.uid == node.uid)
    bits >>= 6;
  else if (who.in_group(node.gid))
    bits >>= 3;
  return (bits & want) == want;
}

FsError may_transfer(const Inode& file, const Credential& who, bool writing, IoCheck check) {
  if (check == IoCheck::open_elsewhere) return FsError::ok;
  bool allowed = permits(file, who, writing ? kWantWrite : kWantRead);
  if (!allowed && check == IoCheck::owner_override) {
    // RFC 1813 4.4: the owner of a file opened before a chmod must keep its access, and paging in a program
    // needs READ where only execute is granted.
    allowed = who.uid == file.uid || (!writing && permits(file, who, kWantExecute));
  }
  return allowed ? FsError::ok : FsError::access;
}

u32 granted_access(const Inode& node, const Credential& who, u32 wanted) {
  u32 granted = 0;
  if (permits(node, who, kWantRead)) granted |= kRead;
  if (node.type == FileType::directory) {
    if (permits(node, who, kWantExecute)) granted |= kLookup;
    if (permits(node, who, kWantExecute | kWantWrite)) granted |= kModify | kExtend | kDelete;
  } else {
    if (permits(node, who, kWantExecute)) granted |= kExecute;
    if (permits(node, who, kWantWrite)) granted |= kModify | kExtend;
  }
  return granted & wanted;
}

bool sticky_permits(const Inode& dir, const Inode& victim, const Credential& who) {
  return !(dir.mode & kSticky) || who.root() || who.uid == dir.uid || who.uid == victim.uid;
}

u16 mode_after_write(u16 mode, const Credential& who) {
  if (who.root()) return mode;
  mode &= static_cast<u16>(~kSetUid);
  // Without group execute the bit is not set-group-ID but a mark of its own, which stays.
  if (mode & kGroupExecute) mode &= static_cast<u16>(~kSetGid);
  return mode;
}

}  // namespace dfs::fs
