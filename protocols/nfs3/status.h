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

// Of calls that transfer data: "The correct return value for the NFS version 3 protocol is NFS3ERR_INVAL" for
// whatever is no regular file, directories too (3.3.6, 3.3.7).
inline nfsstat3 to_data_status(fs::FsError e) {
  return e == fs::FsError::is_directory ? NFS3ERR_INVAL : to_status(e);
}

}  // namespace dfs::nfs3
