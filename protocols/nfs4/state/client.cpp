#include "protocols/nfs4/state/client.h"

#include "protocols/nfs4/state/session.h"
#include "protocols/nfs4/state/state_record.h"

namespace dfs::nfs4 {

// One place decides each flag. Those of leases that moved, of pNFS devices and of GSS contexts have no cause
// here: no migration, no layouts, no GSS.
void Client::decide_sequence_flags_locked() {
  u32 flags = 0;
  const CallbackPath callbacks = path.load(std::memory_order_relaxed);
  if (callbacks == CallbackPath::down) flags |= SEQ4_STATUS_CB_PATH_DOWN;
  if (callbacks == CallbackPath::fault) flags |= SEQ4_STATUS_BACKCHANNEL_FAULT;
  if (revoked.expired_all) flags |= SEQ4_STATUS_EXPIRED_ALL_STATE_REVOKED;
  if (revoked.expired_some != 0) flags |= SEQ4_STATUS_EXPIRED_SOME_STATE_REVOKED;
  if (revoked.admin != 0) flags |= SEQ4_STATUS_ADMIN_STATE_REVOKED;
  if (revoked.recallable != 0) flags |= SEQ4_STATUS_RECALLABLE_STATE_REVOKED;
  sequence_flags_.store(flags, std::memory_order_relaxed);
}

}  // namespace dfs::nfs4
