#pragma once

#include "engine/fs/error.h"
#include "protocols/nfs3/nfs3.h"

namespace dfs::nfs3 {

// RFC 1813 2.6.
nfsstat3 to_status(fs::FsError e);

// "." and ".." as a new or removable name. RFC 1813 leaves the answer to the server and names the usual one
// of each procedure in its implementation notes; this is EXIST, what the alias of an existing directory
// gives.
inline nfsstat3 to_status(fs::FsError e, nfsstat3 for_dot_name) {
  return e == fs::FsError::dot_name ? for_dot_name : to_status(e);
}

}  // namespace dfs::nfs3
