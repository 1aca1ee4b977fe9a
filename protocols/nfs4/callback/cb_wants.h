#pragma once

#include "protocols/nfs4/callback/callbacks.h"

namespace dfs::nfs4 {

// CB_RECALLABLE_OBJ_AVAIL (RFC 8881 20.7): the client may have so many delegations of files, those it has
// among them. A hint, that nobody waits for an answer to.
void signal_available(Callbacks& callbacks, const Ref<Client>& client, u32 may_have);

// CB_WANTS_CANCELLED (RFC 8881 20.10): none of the client's wants of these kinds will be met.
void cancel_wants(Callbacks& callbacks, const Ref<Client>& client, bool contended, bool resourced);

}  // namespace dfs::nfs4
