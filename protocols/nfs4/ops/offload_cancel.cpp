#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {
namespace {

Task<OFFLOAD_CANCEL4res> cancel_later(Compound& c, Ref<CopyJob> job) {
  Task<void> cancelling = c.server.state->copies.cancel(std::move(job));
  co_await cancelling;
  co_return OFFLOAD_CANCEL4res{NFS4_OK};
}

}  // namespace

// RFC 7862 15.8: answered when nothing more will be written. CB_OFFLOAD does not follow, unless it was on its way.
Async<OFFLOAD_CANCEL4res> offload_cancel(Compound& c, const OFFLOAD_CANCEL4args& a) {
  Ref<CopyJob> job;
  if (const nfsstat4 s = c.server.state->copies.find(c, a.oca_stateid, &job); s != NFS4_OK)
    return OFFLOAD_CANCEL4res{s};
  return cancel_later(c, std::move(job));
}

}  // namespace dfs::nfs4::ops
