#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {

// RFC 7862 15.9: how far a copy that goes on by itself is; the current filehandle is the file it writes.
Async<OFFLOAD_STATUS4res> offload_status(Compound& c, const OFFLOAD_STATUS4args& a) {
  Ref<CopyJob> job;
  OFFLOAD_STATUS4res res{};
  res.osr_status = c.server.state->copies.find(c, a.osa_stateid, &job);
  if (res.osr_status != NFS4_OK) return res;
  const std::optional<CopyJob::End> end = job->end();
  res.osr_resok4.osr_count = job->count;
  if (!end) return res;
  const nfsstat4* status = c.call.arena.construct<nfsstat4>(end->status);
  if (status == nullptr) return with_status<OFFLOAD_STATUS4res>(NFS4ERR_DELAY);
  res.osr_resok4.osr_complete = {status, 1};
  return res;
}

}  // namespace dfs::nfs4::ops
