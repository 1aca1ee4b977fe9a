#pragma once

#include "protocols/nfs4/state/io.h"

namespace dfs::nfs4 {

// What ALLOCATE, DEALLOCATE, CLONE and COPY ask of a range of a file (RFC
// 7862 15.1.3, 15.2.3, 15.4.3, 15.13.3): each file a regular one, each stateid good for a READ or a WRITE. A
// length of 0 is "to the end of the source" where there is one.

// Of the saved filehandle. The special stateid `current` is the one saved with it; where none is, that of the
// current filehandle, which a COMPOUND may have got for the same file later.
nfsstat4 may_read_range(Compound& c, const stateid4& id, u64 offset, u64 length, IoUse* use);
// Of the current filehandle.
nfsstat4 may_write_range(Compound& c, const stateid4& id, u64 offset, u64 length, IoUse* use);

// "If CURRENT_FH is not a regular file, the operation MUST fail and return NFS4ERR_WRONG_TYPE": directories
// and symbolic links too, which have errors of their own elsewhere.
nfsstat4 range_status(fs::FsError e);

// The result of an operation that changes a range and says no more than whether it did.
template <class Res>
struct RangeChanged {
  IoUse use;  // until it is done

  Res operator()(const fs::ChangeResult& r) const { return {range_status(r.error)}; }
};

}  // namespace dfs::nfs4
