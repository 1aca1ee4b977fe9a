#pragma once

#include "protocols/nfs4/callback/callbacks.h"

namespace dfs::nfs4 {

// CB_RECALL_ANY (RFC 8881 20.6): the client may keep so many of its delegations, of its own choice.
// Nobody waits for an answer: what it gives back comes with DELEGRETURN. 4.0 has no such callback.
void recall_any(Callbacks& callbacks, const Ref<Client>& client, u32 keep);

}  // namespace dfs::nfs4
