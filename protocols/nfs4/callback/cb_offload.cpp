#include "protocols/nfs4/callback/cb_offload.h"

#include "protocols/nfs4/state/state.h"
#include "protocols/nfs4/verifier.h"

namespace dfs::nfs4 {

CbOps cb_offload(const CopyJob& job, State& state) {
  const CopyJob::End end = job.end().value_or(CopyJob::End{NFS4ERR_SERVERFAULT});
  nfs4_cb::CB_OFFLOAD4args a{};
  a.coa_fh = Bytes::of(job.plan.target_handle);
  a.coa_stateid = job.stateid;
  a.coa_offload_info.coa_status = end.status;
  if (end.status == NFS4_OK)
    a.coa_offload_info.coa_resok4 = {
        {}, job.count, static_cast<stable_how4>(end.committed), verifier(end.verifier)};
  else
    a.coa_offload_info.coa_bytes_copied = job.count;
  return std::move(CbOps().add(nfs4_cb::OP_CB_OFFLOAD, a).about(job.plan.asked_by, state));
}

}  // namespace dfs::nfs4
