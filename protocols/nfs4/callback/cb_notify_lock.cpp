#include "protocols/nfs4/callback/cb_notify_lock.h"

#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {

void send_cb_notify_lock(Callbacks& callbacks, const Ref<Client>& client, std::string_view filehandle,
                         std::string_view lock_owner) {
  nfs4_cb::CB_NOTIFY_LOCK4args a{};
  a.cnla_fh = Bytes::of(filehandle);
  a.cnla_lock_owner = {client->id, Bytes::of(lock_owner)};
  callbacks.send(client, CbOps().add(nfs4_cb::OP_CB_NOTIFY_LOCK, a));
}

}  // namespace dfs::nfs4
