#include "protocols/nfs4/status.h"

namespace dfs::nfs4 {

nfsstat4 to_status(fs::FsError e) {
  using fs::FsError;
  switch (e) {
    case FsError::ok:
      return NFS4_OK;
    case FsError::perm:
      return NFS4ERR_PERM;
    case FsError::access:
      return NFS4ERR_ACCESS;
    case FsError::not_found:
      return NFS4ERR_NOENT;
    case FsError::exists:
      return NFS4ERR_EXIST;
    case FsError::not_directory:
      return NFS4ERR_NOTDIR;
    case FsError::is_directory:
      return NFS4ERR_ISDIR;
    case FsError::not_empty:
      return NFS4ERR_NOTEMPTY;
    case FsError::symlink:
      return NFS4ERR_SYMLINK;
    case FsError::wrong_type:
      return NFS4ERR_INVAL;
    case FsError::invalid:
      return NFS4ERR_INVAL;
    case FsError::name_too_long:
      return NFS4ERR_NAMETOOLONG;
    case FsError::bad_name:
      return NFS4ERR_BADCHAR;
    case FsError::dot_name:
      return NFS4ERR_BADNAME;
    case FsError::file_too_large:
      return NFS4ERR_FBIG;
    case FsError::no_space:
      return NFS4ERR_NOSPC;
    case FsError::quota:
      return NFS4ERR_DQUOT;
    case FsError::read_only:
      return NFS4ERR_ROFS;
    case FsError::too_many_links:
      return NFS4ERR_MLINK;
    case FsError::cross_device:
      return NFS4ERR_XDEV;
    case FsError::stale:
      return NFS4ERR_STALE;
    case FsError::bad_cookie:
      return NFS4ERR_BAD_COOKIE;
    case FsError::not_sync:
      return NFS4ERR_NOT_SAME;
    case FsError::not_supported:
      return NFS4ERR_NOTSUPP;
    case FsError::busy:
      return NFS4ERR_DELAY;
    case FsError::no_such_range:
      return NFS4ERR_NXIO;
    case FsError::no_xattr:
      return NFS4ERR_NOXATTR;
    case FsError::xattr_too_big:
      return NFS4ERR_XATTR2BIG;
    case FsError::io:
      return NFS4ERR_IO;
    case FsError::corrupt:
      return NFS4ERR_IO;
  }
  return NFS4ERR_SERVERFAULT;
}

}  // namespace dfs::nfs4
