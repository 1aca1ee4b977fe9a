#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/ranges.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/tell.h"

namespace dfs::nfs4::ops {

// RFC 7862 15.4
Async<DEALLOCATE4res> deallocate(Compound& c, const DEALLOCATE4args& a) {
  const Place& p = c.current.place;
  IoUse use;
  if (const nfsstat4 s = may_write_range(c, a.da_stateid, a.da_offset, a.da_length, &use); s != NFS4_OK)
    return with_status<DEALLOCATE4res>(s);
  const fs::IoCheck check = use.check;
  return recorded<fs::ChangeResult>(
      c,
      [&](auto* rider) { return p.fs().deallocate(p.who, p.node, a.da_offset, a.da_length, check, rider); },
      RangeChanged<DEALLOCATE4res>{std::move(use)},
      [&c](const fs::ChangeResult& r) { tell(c, c.current.place).changed(r.node); });
}

}  // namespace dfs::nfs4::ops
