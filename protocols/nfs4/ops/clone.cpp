#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/ranges.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/tell.h"

namespace dfs::nfs4::ops {
namespace {

struct Answer {
  Compound& c;
  IoUse read, write;  // until it is done

  CLONE4res operator()(const fs::ChangeResult& r) const { return {range_status(r.error)}; }
};

}  // namespace

// RFC 7862 15.13: from the saved filehandle to the current one. What is shared is on stable storage
// afterwards: the result has no verifier to ask for more by.
Async<CLONE4res> clone(Compound& c, const CLONE4args& a) {
  const Place &from = c.saved.place, &to = c.current.place;
  IoUse read, write;
  nfsstat4 s = may_read_range(c, a.cl_src_stateid, a.cl_src_offset, a.cl_count, &read);
  if (s == NFS4_OK) s = may_write_range(c, a.cl_dst_stateid, a.cl_dst_offset, a.cl_count, &write);
  if (s == NFS4_OK && !from.same_fs(to)) s = NFS4ERR_XDEV;
  if (s != NFS4_OK) return with_status<CLONE4res>(s);
  const fs::CopyEnd source{from.who, from.node, a.cl_src_offset, read.check};
  const fs::CopyEnd target{to.who, to.node, a.cl_dst_offset, write.check};
  return recorded<fs::ChangeResult>(
      c, [&](auto* rider) { return to.fs().clone(source, target, a.cl_count, rider); },
      Answer{c, std::move(read), std::move(write)},
      [&c](const fs::ChangeResult& r) { tell(c, c.current.place).changed(r.node); });
}

}  // namespace dfs::nfs4::ops
