#pragma once

#include "protocols/nfs4/names.h"
#include "protocols/nfs4/place.h"
#include "protocols/nfs4/status.h"

namespace dfs::nfs4 {

// Whether the place has extended attributes: NFS4_OK or NOTSUPP (RFC 8276 8.4). The pseudo file system has none, and says
// so in xattr_support.
nfsstat4 check_xattrs(const Place& place);
// The same, and whether the key can be one: INVAL when it is empty or no UTF-8, BADCHAR with a NUL inside. Otherwise a key
// is free: slashes and dots mean nothing in it.
nfsstat4 check_xattr(const Place& place, const xattrkey4& key);

// Of calls on extended attributes: links and devices have none.
nfsstat4 xattr_status(fs::FsError e);

}  // namespace dfs::nfs4
