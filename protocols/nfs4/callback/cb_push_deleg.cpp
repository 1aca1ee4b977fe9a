#include "protocols/nfs4/callback/cb_push_deleg.h"

#include "protocols/nfs4/state/delegations.h"

namespace dfs::nfs4 {

Task<CbResult> push_delegation(Callbacks& callbacks, Ref<Delegation> d) {
  nfs4_cb::CB_PUSH_DELEG4args a{};
  a.cpda_fh = Bytes{d->handle.data(), fs::kHandleSize};
  a.cpda_delegation = told(*d, false);
  ReferringCall asked;
  {
    std::lock_guard lock(d->file->mutex());
    asked = d->given_by;
  }
  CbOps ops;
  ops.add(nfs4_cb::OP_CB_PUSH_DELEG, a).about(asked, callbacks.state());
  Async<CbResult> calling = callbacks.call(Ref<Client>::share(&d->client()), std::move(ops));
  co_return co_await calling;
}

}  // namespace dfs::nfs4
