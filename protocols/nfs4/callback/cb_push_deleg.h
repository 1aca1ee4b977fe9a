#pragma once

#include "protocols/nfs4/callback/callbacks.h"
#include "protocols/nfs4/state/delegation.h"

namespace dfs::nfs4 {

// CB_PUSH_DELEG (RFC 8881 20.5): offers the holder-to-be a delegation that it wanted. What came of it; the
// status is REJECT_DELEG where the client has no use for it any more.
Task<CbResult> push_delegation(Callbacks& callbacks, Ref<Delegation> d);

}  // namespace dfs::nfs4
