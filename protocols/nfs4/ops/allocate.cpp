#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/ranges.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/tell.h"

namespace dfs::nfs4::ops {

// RFC 7862 15.1
Async<ALLOCATE4res> allocate(Compound& c, const ALLOCATE4args& a) {
  const Place& p = c.current.place;
  IoUse use;
  if (const nfsstat4 s = may_write_range(c, a.aa_stateid, a.aa_offset, a.aa_length, &use); s != NFS4_OK)
    return with_status<ALLOCATE4res>(s);
  const fs::IoCheck check = use.check;
  return recorded<fs::ChangeResult>(
      c, [&](auto* rider) { return p.fs().allocate(p.who, p.node, a.aa_offset, a.aa_length, check, rider); },
      RangeChanged<ALLOCATE4res>{std::move(use)},
      [&c](const fs::ChangeResult& r) { tell(c, c.current.place).changed(r.node); });
}

}  // namespace dfs::nfs4::ops
