#pragma once

#include "protocols/nfs4/callback/callbacks.h"
#include "protocols/nfs4/state/delegation.h"

namespace dfs::nfs4 {

// CB_RECALL (RFC 7530 15.2.2, RFC 8881 20.2): asks for the delegation until it is over, at most until
// `deadline`. True: it is over.
Task<bool> recall(Callbacks& callbacks, const Ref<Delegation>& d, const Clock& clock, Nanos deadline);

}  // namespace dfs::nfs4
