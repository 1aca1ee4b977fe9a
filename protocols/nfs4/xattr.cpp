#include "protocols/nfs4/xattr.h"

namespace dfs::nfs4 {

nfsstat4 check_xattrs(const Place& place) {
  return place.object() && place.fs().facts().xattrs ? NFS4_OK : NFS4ERR_NOTSUPP;
}

nfsstat4 check_xattr(const Place& place, const xattrkey4& key) {
  if (const nfsstat4 s = check_xattrs(place); s != NFS4_OK) return s;
  const std::string_view k = key.view();
  if (k.empty() || !is_utf8(k)) return NFS4ERR_INVAL;
  return k.find('\0') == k.npos ? NFS4_OK : NFS4ERR_BADCHAR;
}

nfsstat4 xattr_status(fs::FsError e) {
  return e == fs::FsError::wrong_type ? NFS4ERR_WRONG_TYPE : to_status(e);
}

}  // namespace dfs::nfs4
