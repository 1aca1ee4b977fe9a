#include "engine/fs/attributes.h"

#include "engine/fs/acl_row.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"

namespace dfs::fs {
namespace {

using Time = SetAttr::Time;

constexpr u16 kPermissions = 0777;

// POSIX chmod(): who is outside the group cannot make a program that runs with its rights.
u16 allowed_mode(u16 mode, u32 gid, const Credential& who) {
  mode &= kModeMask;
  if (!who.root() && !who.in_group(gid)) mode &= static_cast<u16>(~kSetGid);
  return mode;
}

u16 masked_mode(u16 mode, const SetAttr& attr) {
  return static_cast<u16>((mode & ~attr.mode_mask) | (*attr.mode & attr.mode_mask));
}

// POSIX chown(), "_POSIX_CHOWN_RESTRICTED": only root gives files away; the owner may choose among own
// groups. Whom an ACL allows to write the owner may take the object, which is no giving away.
FsError check_owner(MetadataView& view, const Inode& node, const Credential& who, const SetAttr& attr) {
  if (who.root()) return FsError::ok;
  if (attr.uid && *attr.uid != node.uid && *attr.uid != who.uid) return FsError::perm;
  if (attr.gid && *attr.gid != node.gid && !who.in_group(*attr.gid)) return FsError::perm;
  if (who.uid == node.uid) return FsError::ok;
  FsError e = permits(view, node, who, ace::kWriteOwner);
  return e == FsError::access ? FsError::perm : e;
}

// RFC 8881 6.2.1.3.1, WRITE_ACL: the mode and the ACLs are one thing.
FsError check_acls(MetadataView& view, const Inode& node, const Credential& who, const SetAttr& attr) {
  if (!attr.mode && !attr.dacl && !attr.sacl) return FsError::ok;
  FsError e = permits(view, node, who, ace::kWriteAcl);
  if (e != FsError::ok) return e == FsError::access ? FsError::perm : e;
  if ((attr.dacl || attr.sacl) && node.type == FileType::symlink) return FsError::wrong_type;
  if (attr.dacl) e = check_acl(*attr.dacl, false, node.type);
  if (e == FsError::ok && attr.sacl) e = check_acl(*attr.sacl, true, node.type);
  return e;
}

// POSIX utimensat(), EACCES and EPERM, and RFC 8881 6.2.1.3.1, WRITE_ATTRIBUTES: to set both times to the
// current one takes write permission, anything else takes the owner or that right. A change of size marks
// mtime as a write does, and takes what that takes.
FsError check_times(MetadataView& view, const Inode& node, const Credential& who, const SetAttr& attr) {
  if (attr.atime_how == Time::keep && attr.mtime_how == Time::keep && attr.btime_how == Time::keep)
    return FsError::ok;
  auto got = granted(view, node, who, ace::kWriteAttributes | ace::kWriteData);
  if (!got) return got.error();
  if (*got & ace::kWriteAttributes) return FsError::ok;
  bool both_now = attr.atime_how == Time::server && attr.mtime_how == Time::server;
  bool as_written = attr.size && attr.atime_how == Time::keep && attr.mtime_how == Time::server;
  if ((!both_now && !as_written) || attr.btime_how != Time::keep) return FsError::perm;
  return *got & ace::kWriteData ? FsError::ok : FsError::access;
}

FsError check_size(MetadataView& view, const Inode& node, const Credential& who, u64 size, IoCheck check) {
  if (node.type == FileType::directory) return FsError::is_directory;
  if (node.type != FileType::regular) return FsError::invalid;
  if (size > kMaxFileSize) return FsError::file_too_large;
  return may_transfer(view, node, who, true, check);
}

void apply_time(WallTime& time, Time how, WallTime given, WallTime now) {
  if (how != Time::keep) time = how == Time::server ? now : given;
}

void apply_times(Inode& node, const SetAttr& attr, WallTime now) {
  apply_time(node.atime, attr.atime_how, attr.atime, now);
  apply_time(node.mtime, attr.mtime_how, attr.mtime, now);
  apply_time(node.btime, attr.btime_how, attr.btime, now);
}

// The mode goes into the ACL there is; an ACL that is given replaces it, and the mode follows.
FsError apply_acls(MetadataTxn& txn, Inode& node, const SetAttr& attr) {
  bool mode_changes = attr.mode && (attr.mode_mask & kPermissions) && node.has_acl;
  if (!mode_changes && !attr.dacl && !attr.sacl) return FsError::ok;
  auto acls = load_acls(txn, node);
  if (!acls) return acls.error();
  if (mode_changes) apply_mode(acls->dacl, node.mode);
  if (attr.dacl) acls->dacl = *attr.dacl;
  if (attr.sacl) acls->sacl = *attr.sacl;
  store_acls(txn, node, *acls);
  return FsError::ok;
}

// RFC 8881 6.4.3: what comes from the directory, unless it is given; then the mode, then what is given.
FsError initial_acls(MetadataTxn& txn, Inode& node, const Inode& dir, const SetAttr& attr, bool bare) {
  Acls acls;
  bool inherits_dacl = false, inherits_sacl = false;
  if (dir.has_acl && !bare && node.type != FileType::symlink) {
    auto parent = load_acls(txn, dir);
    if (!parent) return parent.error();
    inherits_dacl = !attr.dacl && inherits(parent->dacl, node.type);
    inherits_sacl = !attr.sacl && inherits(parent->sacl, node.type);
    if (inherits_dacl) acls.dacl = inherited(parent->dacl, node.type);
    if (inherits_sacl) acls.sacl = inherited(parent->sacl, node.type);
  }
  if (attr.umask && !inherits_dacl) node.mode &= static_cast<u16>(~(*attr.umask & kPermissions));
  if (!inherits_dacl && !inherits_sacl && !attr.dacl && !attr.sacl) return FsError::ok;
  if (inherits_dacl && attr.mode) apply_mode(acls.dacl, node.mode);
  if (!inherits_dacl && !attr.dacl) acls.dacl = acl_from_mode(node.mode, node.type);
  if (attr.dacl) acls.dacl = *attr.dacl;
  if (attr.sacl) acls.sacl = *attr.sacl;
  store_acls(txn, node, acls);
  return FsError::ok;
}

}  // namespace

u32 parts_of(const SetAttr& attr) {
  auto part = [](bool there, SetAttrPart p) { return there ? static_cast<u32>(p) : 0; };
  return part(attr.mode.has_value(), kSetMode) | part(attr.uid.has_value(), kSetOwner) |
         part(attr.gid.has_value(), kSetGroup) | part(attr.size.has_value(), kSetSize) |
         part(attr.atime_how != Time::keep, kSetAtime) | part(attr.mtime_how != Time::keep, kSetMtime) |
         part(attr.btime_how != Time::keep, kSetBtime) | part(attr.dacl, kSetDacl) |
         part(attr.sacl, kSetSacl);
}

FsError check_setattr(MetadataView& view, const Inode& node, const Credential& who, const SetAttr& attr,
                      IoCheck size_check) {
  FsError e = check_acls(view, node, who, attr);
  if (e == FsError::ok && (attr.uid || attr.gid)) e = check_owner(view, node, who, attr);
  if (e == FsError::ok) e = check_times(view, node, who, attr);
  if (e == FsError::ok && attr.size) e = check_size(view, node, who, *attr.size, size_check);
  return e;
}

FsError apply_setattr(MetadataTxn& txn, Inode& node, const Credential& who, const SetAttr& attr,
                      WallTime now) {
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
  if (attr.mode) node.mode = allowed_mode(masked_mode(node.mode, attr), node.gid, who);
  FsError e = apply_acls(txn, node, attr);
  apply_times(node, attr, now);
  node.has_create_verifier = false;
  touch_changed(node, now);
  return e;
}

FsError initial_attributes(MetadataTxn& txn, Inode& node, const Inode& dir, const Credential& who,
                           const SetAttr& attr, WallTime now, u16 default_mode, bool bare) {
  node.uid = who.uid;
  node.gid = (dir.mode & kSetGid) ? dir.gid : who.gid;
  if (attr.uid || attr.gid) {
    FsError e = check_owner(txn, node, who, attr);
    if (e != FsError::ok) return e;
    node.uid = attr.uid.value_or(node.uid);
    node.gid = attr.gid.value_or(node.gid);
  }
  node.mode = default_mode & kModeMask;
  if (attr.mode) node.mode = masked_mode(node.mode, attr) & kModeMask;
  if (node.type == FileType::directory) {
    // A set-group-ID directory hands its group and the bit down the tree.
    if (dir.mode & kSetGid) node.mode |= kSetGid;
  } else if (node.mode & kGroupExecute) {
    node.mode = allowed_mode(node.mode, node.gid, who);
  }
  node.atime = node.mtime = node.ctime = node.btime = now;
  apply_times(node, attr, now);
  node.change = 1;
  if ((attr.dacl || attr.sacl) && node.type == FileType::symlink) return FsError::wrong_type;
  FsError e = attr.dacl ? check_acl(*attr.dacl, false, node.type) : FsError::ok;
  if (e == FsError::ok && attr.sacl) e = check_acl(*attr.sacl, true, node.type);
  return e == FsError::ok ? initial_acls(txn, node, dir, attr, bare) : e;
}

}  // namespace dfs::fs
