#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/locks.h"

namespace dfs::nfs4::ops {

// RFC 8881 18.38
Async<FREE_STATEID4res> free_stateid(Compound& c, const FREE_STATEID4args& a) {
  {
    // What was taken away: the client says that it has seen it.
    Client& client = *c.session->client;
    std::lock_guard lock(client.mutex);
    if (client.acknowledge_locked(a.fsa_stateid.other)) return FREE_STATEID4res{NFS4_OK};
  }
  Named named;
  if (const nfsstat4 s = find_state(c, a.fsa_stateid, &named); s != NFS4_OK) return FREE_STATEID4res{s};
  if (named.kind != Named::Kind::record) return FREE_STATEID4res{NFS4ERR_BAD_STATEID};
  if (named.record->kind == StateKind::lock)
    return FREE_STATEID4res{
        free_lock(c, Ref<LockState>::share(static_cast<LockState*>(named.record.get())), named.seqid)};
  // An open ends with CLOSE, a delegation with DELEGRETURN.
  std::lock_guard lock(named.record->file->mutex());
  const nfsstat4 s = check_seqid(c, *named.record, named.seqid);
  return FREE_STATEID4res{s == NFS4_OK ? NFS4ERR_LOCKS_HELD : s};
}

}  // namespace dfs::nfs4::ops
