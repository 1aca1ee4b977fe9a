#include "engine/fs/attributes.h"

#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"

namespace dfs::fs {
namespace {

// POSIX chmod(): who is outside the group cannot make a program that runs with its rights.
u16 allowed_mode(u16 mode, u32 gid, const Credential& who) {
  mode &= kModeMask;
  if (!who.root() && !who.in_group(gid)) mode &= static_cast<u16>(~kSetGid);
  return mode;
}

// POSIX chown(), "_POSIX_CHOWN_RESTRICTED": only root gives files away; the owner may choose among own
// groups.
FsError check_owner(const Inode& node, const Credential& who, const SetAttr& attr) {
  if (who.root()) return FsError::ok;
  if (attr.uid && *attr.uid != node.uid) return FsError::perm;
  if (attr.gid && *attr.gid != node.gid && !who.in_group(*attr.gid)) return FsError::perm;
  return who.uid == node.uid ? FsError::ok : FsError::perm;
}

// POSIX utimensat(), EACCES and EPERM: to set both times to the current one takes write permission, anything
// else takes the owner. A change of size marks mtime as a write does, and takes what that takes.
FsError check_times(const Inode& node, const Credential& who, const SetAttr& attr) {
  using Time = SetAttr::Time;
  if (attr.atime_how == Time::keep && attr.mtime_how == Time::keep) return FsError::ok;
  if (who.root() || who.uid == node.uid) return FsError::ok;
  bool both_now = attr.atime_how == Time::server && attr.mtime_how == Time::server;
  bool as_written = attr.size && attr.atime_how == Time::keep && attr.mtime_how == Time::server;
  if (!both_now && !as_written) return FsError::perm;
  return permits(node, who, kWantWrite) ? FsError::ok : FsError::access;
}

FsError check_size(const Inode& node, const Credential& who, u64 size, IoCheck check) {
  if (node.type == FileType::directory) return FsError::is_directory;
  if (node.type != FileType::regular) return FsError::invalid;
  if (size > kMaxFileSize) return FsError::file_too_large;
  return may_transfer(node, who, true, check);
}

void apply_times(Inode& node, const SetAttr& attr, WallTime now) {
  using Time = SetAttr::Time;
  if (attr.atime_how != Time::keep) node.atime = attr.atime_how == Time::server ? now : attr.atime;
  if (attr.mtime_how != Time::keep) node.mtime = attr.mtime_how == Time::server ? now : attr.mtime;
}

}  // namespace

FsError check_setattr(const Inode& node, const Credential& who, const SetAttr& attr, IoCheck size_check) {
  FsError e = FsError::ok;
  if (attr.mode && !who.root() && who.uid != node.uid) e = FsError::perm;
  if (e == FsError::ok && (attr.uid || attr.gid)) e = check_owner(node, who, attr);
  if (e == FsError::ok) e = check_times(node, who, attr);
  if (e == FsError::ok && attr.size) e = check_size(node, who, *attr.size, size_check);
  return e;
}

void apply_setattr(Inode& node, const Credential& who, const SetAttr& attr, WallTime now) {
  if (attr.size) {
    node.size = *attr.size;
    node.mtime = now;
    node.mode = mode_after_write(node.mode, who);
  }
  if (attr.uid || attr.gid) {
    node.uid = attr.uid.value_or(node.uid);
    node.gid = attr.gid.value_or(node.gid);
    // A program does not keep its set-id bits through a change of owner, not even one by root, who may not
    // know what it contains.
    if (node.type == FileType::regular && (node.mode & kAnyExecute))
      node.mode = mode_after_write(node.mode, Credential{});
  }
  if (attr.mode) node.mode = allowed_mode(*attr.mode, node.gid, who);
  apply_times(node, attr, now);
  node.has_create_verifier = false;
  touch_changed(node, now);
}

FsError initial_attributes(Inode& node, const Inode& dir, const Credential& who, const SetAttr& attr,
                           WallTime now, u16 default_mode) {
  node.uid = who.uid;
  node.gid = (dir.mode & kSetGid) ? dir.gid : who.gid;
  if (attr.uid || attr.gid) {
    FsError e = check_owner(node, who, attr);
    if (e != FsError::ok) return e;
    node.uid = attr.uid.value_or(node.uid);
    node.gid = attr.gid.value_or(node.gid);
  }
  node.mode = attr.mode.value_or(default_mode) & kModeMask;
  if (node.type == FileType::directory) {
    // A set-group-ID directory hands its group and the bit down the tree.
    if (dir.mode & kSetGid) node.mode |= kSetGid;
  } else if (node.mode & kGroupExecute) {
    node.mode = allowed_mode(node.mode, node.gid, who);
  }
  node.atime = node.mtime = node.ctime = node.btime = now;
  apply_times(node, attr, now);
  node.change = 1;
  return FsError::ok;
}

}  // namespace dfs::fs
