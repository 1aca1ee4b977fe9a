#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/io.h"
#include "protocols/nfs4/state/locks.h"

namespace dfs::nfs4::ops {
namespace {

LOCKT4res test(Compound& c, const LOCKT4args& a, Client& client, const state::Range& bytes) {
  LOCKT4res res{};
  // "The test MUST exclude conflicting locks for the current lock-owner": by who it is, for nobody else has
  // its claims.
  const Ref<StateOwner> owner = find_lock_owner(client, a.owner.owner);
  const state::Owner stranger{state::Protocol::nfs4, client.number, {}};
  state::FilePin file = c.server.state->files.pin({&c.current.place.fs(), c.current.place.node.id});
  std::lock_guard lock(file->mutex());
  const state::Verdict v =
      file->claims.judge(owner ? owner->who : stranger, state::LockAccess{bytes, exclusive(a.locktype)});
  if (v.proceed()) return res;
  if (v.kind == state::Verdict::Kind::recall) return with_status<LOCKT4res>(NFS4ERR_DELAY);
  res.status = NFS4ERR_DENIED;
  res.denied = denied(c, *v.holder, v.range.range, v.range.exclusive);
  return res;
}

}  // namespace

// RFC 7530 16.11, RFC 8881 18.11
Async<LOCKT4res> lockt(Compound& c, const LOCKT4args& a) {
  state::Range bytes;
  if (const nfsstat4 s = lock_range(a.offset, a.length, &bytes); s != NFS4_OK)
    return with_status<LOCKT4res>(s);
  Ref<Client> client;
  if (c.minor > 0)
    client = c.session->client;
  else if (const nfsstat4 s = client_of_40(*c.server.state, a.owner.clientid, &client); s != NFS4_OK)
    return with_status<LOCKT4res>(s);
  const Place& p = c.current.place;
  if (!p.object()) return with_status<LOCKT4res>(NFS4ERR_ISDIR);
  if (const nfsstat4 s = not_in_grace(*c.server.state); s != NFS4_OK) return with_status<LOCKT4res>(s);
  return then(p.fs().getattr(p.node), [&c, &a, client, bytes](const fs::AttrResult& r) {
    if (const nfsstat4 s = regular_status(c, r); s != NFS4_OK) return with_status<LOCKT4res>(s);
    for (;;) {
      const LOCKT4res res = test(c, a, *client, bytes);
      const clientid4 holder = res.status == NFS4ERR_DENIED ? res.denied.owner.clientid : clientid4{};
      // A client whose lease has ended is in nobody's way.
      if (holder.value == 0 || !c.server.state->clients.expire(number_of(holder))) return res;
    }
  });
}

}  // namespace dfs::nfs4::ops
