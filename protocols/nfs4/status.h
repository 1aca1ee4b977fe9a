#pragma once

#include "engine/fs/types.h"
#include "protocols/nfs4/nfs4.h"

namespace dfs::nfs4 {

// RFC 7530 13.1, RFC 8881 15.1. Statuses that only some minor versions have are the caller's business.
nfsstat4 to_status(fs::FsError e);

// Of LOOKUP, LOOKUPP and OPEN, which tell a symbolic link from other things that are no directory.
inline nfsstat4 directory_status(fs::FsError e, const fs::Inode& dir) {
  return e == fs::FsError::not_directory && dir.type == fs::FileType::symlink ? NFS4ERR_SYMLINK
                                                                              : to_status(e);
}

// Every operation's result begins with its status, whatever the member is called.
template <class Res>
void set_status(Res& result, nfsstat4 status) {
  std::memcpy(static_cast<void*>(&result), &status, sizeof status);
}
inline nfsstat4 status_of(const void* result) {
  nfsstat4 s;
  std::memcpy(&s, result, sizeof s);
  return s;
}
// A result that says no more than that.
template <class Res>
Res with_status(nfsstat4 status) {
  Res result{};
  set_status(result, status);
  return result;
}

}  // namespace dfs::nfs4
