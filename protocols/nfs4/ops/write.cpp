#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/state/io.h"
#include "protocols/nfs4/tell.h"
#include "protocols/nfs4/verifier.h"

namespace dfs::nfs4::ops {
namespace {

struct Answer {
  Compound& c;
  IoUse use;  // until the data are written
  const Place& place;

  WRITE4res operator()(const fs::WriteResult& r) const {
    WRITE4res res{};
    res.status = data_status(c, r.error);
    if (res.status != NFS4_OK) return res;
    res.resok4 = {r.count, static_cast<stable_how4>(r.committed), verifier(place.fs().write_verifier())};
    return res;
  }
};

}  // namespace

// RFC 7530 16.36, RFC 8881 18.32
Async<WRITE4res> write(Compound& c, const WRITE4args& a) {
  const Place& p = c.current.place;
  if (a.data.size > UINT64_MAX - a.offset) return with_status<WRITE4res>(NFS4ERR_INVAL);
  IoUse use;
  if (const nfsstat4 s =
          for_io(c, c.current, a.stateid, IoKind::write, bytes_of(a.offset, a.data.size), &use);
      s != NFS4_OK)
    return with_status<WRITE4res>(s);
  if (p.read_only()) return with_status<WRITE4res>(NFS4ERR_ROFS);
  // More than maxwrite is written as far as that goes: the file system cuts it, and the count says where.
  const fs::IoCheck check = use.check;
  return recorded<fs::WriteResult>(
      c,
      [&](auto* rider) {
        return p.fs().write(p.who, p.node, a.offset, c.call.slices(a.data), static_cast<fs::Stable>(a.stable),
                            check, rider);
      },
      Answer{c, std::move(use), p},
      [&c](const fs::WriteResult& r) { tell(c, c.current.place).changed(r.file); });
}

}  // namespace dfs::nfs4::ops
