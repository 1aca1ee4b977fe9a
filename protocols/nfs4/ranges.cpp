#include "protocols/nfs4/ranges.h"

#include "protocols/nfs4/status.h"

namespace dfs::nfs4 {
namespace {

nfsstat4 may_use_range(Compound& c, const Current& at, const stateid4& id, IoKind kind, u64 offset, u64 length,
                       IoUse* use) {
  if (!at.place.object()) return NFS4ERR_WRONG_TYPE;
  if (length > UINT64_MAX - offset) return NFS4ERR_INVAL;
  return for_io(c, at, id, kind, bytes_of(offset, length == 0 ? UINT64_MAX : length), use);
}

}  // namespace

nfsstat4 may_read_range(Compound& c, const stateid4& id, u64 offset, u64 length, IoUse* use) {
  Current source = c.current;
  if (c.saved.has_stateid) source = c.saved;
  source.place = c.saved.place;
  return may_use_range(c, source, id, IoKind::read, offset, length, use);
}

nfsstat4 may_write_range(Compound& c, const stateid4& id, u64 offset, u64 length, IoUse* use) {
  const nfsstat4 s = may_use_range(c, c.current, id, IoKind::write, offset, length, use);
  return s == NFS4_OK && c.current.place.read_only() ? NFS4ERR_ROFS : s;
}

nfsstat4 range_status(fs::FsError e) {
  const bool other_type =
      e == fs::FsError::is_directory || e == fs::FsError::symlink || e == fs::FsError::wrong_type;
  return other_type ? NFS4ERR_WRONG_TYPE : to_status(e);
}

}  // namespace dfs::nfs4
