#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

nfsstat3 to_status(fs::FsError e) {
  using fs::FsError;
  switch (e) {
    case FsError::ok:
      return NFS3_OK;
    case FsError::perm:
      return NFS3ERR_PERM;
    case FsError::access:
      return NFS3ERR_ACCES;
    case FsError::not_found:
      return NFS3ERR_NOENT;
    case FsError::exists:
      return NFS3ERR_EXIST;
    case FsError::not_directory:
      return NFS3ERR_NOTDIR;
    case FsError::is_directory:
      return NFS3ERR_ISDIR;
    case FsError::not_empty:
      return NFS3ERR_NOTEMPTY;
    case FsError::symlink:
      return NFS3ERR_INVAL;
    case FsError::wrong_type:
      return NFS3ERR_INVAL;
    case FsError::invalid:
      return NFS3ERR_INVAL;
    case FsError::name_too_long:
      return NFS3ERR_NAMETOOLONG;
    // RFC 1813 section 3, general comments on filenames: a null name, and characters the server cannot
    // handle.
    case FsError::bad_name:
      return NFS3ERR_ACCES;
    case FsError::dot_name:
      return NFS3ERR_EXIST;
    case FsError::file_too_large:
      return NFS3ERR_FBIG;
    case FsError::no_space:
      return NFS3ERR_NOSPC;
    case FsError::quota:
      return NFS3ERR_DQUOT;
    case FsError::read_only:
      return NFS3ERR_ROFS;
    case FsError::too_many_links:
      return NFS3ERR_MLINK;
    case FsError::cross_device:
      return NFS3ERR_XDEV;
    case FsError::stale:
      return NFS3ERR_STALE;
    case FsError::bad_cookie:
      return NFS3ERR_BAD_COOKIE;
    case FsError::not_sync:
      return NFS3ERR_NOT_SYNC;
    case FsError::not_supported:
      return NFS3ERR_NOTSUPP;
    case FsError::busy:
      return NFS3ERR_JUKEBOX;
    case FsError::io:
      return NFS3ERR_IO;
    case FsError::corrupt:
      return NFS3ERR_IO;
    // Of calls that this protocol does not have.
    case FsError::no_such_range:
    case FsError::no_xattr:
    case FsError::xattr_too_big:
      return NFS3ERR_SERVERFAULT;
  }
  return NFS3ERR_SERVERFAULT;
}

}  // namespace dfs::nfs3
