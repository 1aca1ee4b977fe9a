#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4::ops {
namespace {

nfsstat4 test(Compound& c, const stateid4& id) {
  Named named;
  // Special stateids stand for no state, the current one neither: what is tested is named.
  if (is_current(id)) return NFS4ERR_BAD_STATEID;
  if (const nfsstat4 s = find_state(c, id, &named); s != NFS4_OK) return s;
  if (named.kind != Named::Kind::record) return NFS4ERR_BAD_STATEID;
  std::lock_guard lock(named.record->file->mutex());
  return check_seqid(c, *named.record, named.seqid);
}

}  // namespace

// RFC 8881 18.48
Async<TEST_STATEID4res> test_stateid(Compound& c, const TEST_STATEID4args& a) {
  TEST_STATEID4res res{};
  if ((res.tsr_status = c.reserve(12 + u64{4} * a.ts_stateids.size)) != NFS4_OK) return res;
  auto* codes = c.call.arena.make<nfsstat4>(a.ts_stateids.size);
  if (codes == nullptr) return with_status<TEST_STATEID4res>(NFS4ERR_DELAY);
  for (u32 i = 0; i < a.ts_stateids.size; ++i) codes[i] = test(c, a.ts_stateids[i]);
  res.tsr_resok4.tsr_status_codes = {codes, a.ts_stateids.size};
  return res;
}

}  // namespace dfs::nfs4::ops
