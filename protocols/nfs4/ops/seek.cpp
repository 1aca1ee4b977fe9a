#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/io.h"

namespace dfs::nfs4::ops {
namespace {

struct Answer {
  Compound& c;
  IoUse use;  // until it is found

  SEEK4res operator()(const fs::SeekResult& r) const {
    SEEK4res res{};
    res.sa_status = data_status(c, r.error);
    if (res.sa_status == NFS4_OK) res.resok4 = {r.eof, r.offset};
    return res;
  }
};

}  // namespace

// RFC 7862 15.11
Async<SEEK4res> seek(Compound& c, const SEEK4args& a) {
  const Place& p = c.current.place;
  if (a.sa_what != NFS4_CONTENT_DATA && a.sa_what != NFS4_CONTENT_HOLE)
    return with_status<SEEK4res>(NFS4ERR_UNION_NOTSUPP);
  IoUse use;
  // Its stateid is judged as that of a READ, which gives no bytes away.
  if (const nfsstat4 s = for_io(c, c.current, a.sa_stateid, IoKind::read, bytes_of(a.sa_offset, 0), &use);
      s != NFS4_OK)
    return with_status<SEEK4res>(s);
  using For = fs::FileSystem::SeekFor;
  const For what = a.sa_what == NFS4_CONTENT_DATA ? For::data : For::hole;
  return then(p.fs().seek(p.who, p.node, a.sa_offset, what, use.check), Answer{c, std::move(use)});
}

}  // namespace dfs::nfs4::ops
