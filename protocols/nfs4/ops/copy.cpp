#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/ranges.h"
#include "protocols/nfs4/write_response.h"

namespace dfs::nfs4::ops {
namespace {

struct Answer {
  Compound& c;
  const Place& to;
  IoUse read, write;  // until it is done

  COPY4res operator()(const fs::CopyResult& r) const {
    COPY4res res{};
    res.cr_status = range_status(c, r.error);
    // From the first byte to the last, and done when it is answered: whatever the client requires of the two.
    if (res.cr_status == NFS4_OK) res.cr_resok4 = {write_response(to, r), {true, true}};
    return res;
  }
};

}  // namespace

// RFC 7862 15.2: from the saved filehandle to the current one, of one file system or of two. A long copy is answered when
// a part is done: wr_count says how much, and the client asks for the rest.
Async<COPY4res> copy(Compound& c, const COPY4args& a) {
  const Place &from = c.saved.place, &to = c.current.place;
  // Between servers: there is no COPY_NOTIFY here either.
  if (a.ca_source_server.size != 0) return with_status<COPY4res>(NFS4ERR_NOTSUPP);
  IoUse read, write;
  nfsstat4 s = may_read_range(c, a.ca_src_stateid, a.ca_src_offset, a.ca_count, &read);
  if (s == NFS4_OK) s = may_write_range(c, a.ca_dst_stateid, a.ca_dst_offset, a.ca_count, &write);
  // "SAVED_FH and CURRENT_FH must be different files."
  if (s == NFS4_OK && from.same_file(to)) s = NFS4ERR_INVAL;
  if (s != NFS4_OK) return with_status<COPY4res>(s);
  return then(to.fs().copy(from.fs(), {from.who, from.node, a.ca_src_offset, read.check},
                           {to.who, to.node, a.ca_dst_offset, write.check}, a.ca_count, fs::Stable::unstable),
              Answer{c, to, std::move(read), std::move(write)});
}

}  // namespace dfs::nfs4::ops
