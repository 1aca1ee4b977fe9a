#pragma once

#include "engine/base/bytes.h"

namespace dfs::fs {

// What can go wrong below the protocols. Each protocol maps it to its own statuses in one exhaustive switch.
enum class FsError : u8 {
  ok = 0,
  perm,            // only the owner or root may (EPERM)
  access,          // permission bits or ACL say no (EACCES)
  not_found,       // no such name (ENOENT)
  exists,          // the name is taken (EEXIST)
  not_directory,   // (ENOTDIR)
  is_directory,    // (EISDIR)
  not_empty,       // (ENOTEMPTY)
  symlink,         // a symbolic link where a file was needed (ELOOP / NFS4ERR_SYMLINK)
  wrong_type,      // not a regular file, not a link, ... where one was needed (EINVAL)
  invalid,         // arguments that contradict each other (EINVAL)
  name_too_long,   // a name above 255 bytes (ENAMETOOLONG)
  bad_name,        // empty, "/" or NUL inside
  dot_name,        // "." or ".." where a new or removable name was needed
  file_too_large,  // offset or size above the largest file (EFBIG)
  no_space,        // (ENOSPC)
  quota,           // (EDQUOT)
  read_only,       // (EROFS)
  too_many_links,  // (EMLINK)
  cross_device,    // (EXDEV)
  stale,           // the object is gone, or this handle is of another generation (ESTALE)
  bad_cookie,      // a directory position that never was one
  not_sync,        // the guard of a SETATTR did not match (NFS3ERR_NOT_SYNC)
  not_supported,   // (ENOTSUP)
  busy,            // try again later (EAGAIN / JUKEBOX / DELAY)
  io,              // the store failed (EIO)
  corrupt,         // the store's contents contradict themselves; nothing made up is served instead
  no_such_range,   // an offset at or beyond the end of the file (ENXIO)
  no_xattr,        // no extended attribute of this name (ENODATA)
  xattr_too_big,   // a value above 64 KiB (E2BIG)
};
constexpr u32 kFsErrorCount = static_cast<u32>(FsError::xattr_too_big) + 1;
const char* name(FsError e);

}  // namespace dfs::fs
