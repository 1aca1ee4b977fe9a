#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {
namespace {

// Who made the client, or has something open in its name (RFC 7530 16.28.5).
bool may_renew(const Client& client, const Principal& who) {
  if (client.principal == who) return true;
  for (const auto& [name, owner] : client.open_owners)
    for (const auto& [file, open] : owner->opens)
      if (open->opener == who) return true;
  return false;
}

}  // namespace

// RFC 7530 16.28
Async<RENEW4res> renew(Compound& c, const RENEW4args& a) {
  State& state = *c.server.state;
  if (const Ref<Client> known = state.clients.find(a.clientid).client) {
    std::lock_guard lock(known->mutex);
    if (known->facet == Facet::v40 && known->confirmed() && !may_renew(*known, Principal::of(c.call)))
      return RENEW4res{NFS4ERR_ACCESS};
  }
  Ref<Client> client;
  if (const nfsstat4 s = client_of_40(state, a.clientid, &client); s != NFS4_OK) return RENEW4res{s};
  // 16.28.4: the lease is renewed all the same. A client without delegations need not be called.
  std::lock_guard lock(client->mutex);
  const bool cut_off = client->path.load() == CallbackPath::down && !client->delegations.empty();
  return RENEW4res{cut_off ? NFS4ERR_CB_PATH_DOWN : NFS4_OK};
}

}  // namespace dfs::nfs4::ops
