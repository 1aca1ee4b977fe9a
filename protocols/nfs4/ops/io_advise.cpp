#include "protocols/nfs4/attrs/attr_set.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/io.h"

namespace dfs::nfs4::ops {

// RFC 7862 15.5. Files are served in the same way whatever is said of them, and the hint that says so is NORMAL: unknown
// and contradictory hints are no errors, the result tells what is made of them.
Async<IO_ADVISE4res> io_advise(Compound& c, const IO_ADVISE4args& a) {
  const Place& p = c.current.place;
  IoUse use;
  if (const nfsstat4 s =
          for_io(c, c.current, a.iaa_stateid, IoKind::advise, bytes_of(a.iaa_offset, a.iaa_count), &use);
      s != NFS4_OK)
    return with_status<IO_ADVISE4res>(s);
  return then(p.fs().getattr(p.node), [&c](const fs::AttrResult& r) {
    IO_ADVISE4res res{};
    res.ior_status = regular_status(c, r);
    if (res.ior_status == NFS4_OK) res.resok4.ior_hints = AttrSet{IO_ADVISE4_NORMAL}.bitmap(c.call.arena);
    return res;
  });
}

}  // namespace dfs::nfs4::ops
