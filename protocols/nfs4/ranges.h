#pragma once

#include "protocols/nfs4/state/io.h"

namespace dfs::nfs4 {

// What ALLOCATE, DEALLOCATE, CLONE and COPY ask of a range of a file (RFC 7862 15.1.3, 15.2.3, 15.4.3, 15.13.3): each
// file a regular one, each stateid good for a READ or a WRITE. A length of 0 is "to the end of the source" where there
// is one.

nfsstat4 may_read_range(Compound& c, const Current& source, const stateid4& id, u64 offset, u64 length, IoUse* use);
nfsstat4 may_write_range(Compound& c, const Current& target, const stateid4& id, u64 offset, u64 length, IoUse* use);

// "If CURRENT_FH is not a regular file, the operation MUST fail and return NFS4ERR_WRONG_TYPE": directories and symbolic
// links too, which have errors of their own elsewhere.
nfsstat4 range_status(const Compound& c, fs::FsError e);

}  // namespace dfs::nfs4
