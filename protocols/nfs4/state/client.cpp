#include "protocols/nfs4/state/client.h"

#include "protocols/nfs4/state/delegation.h"
#include "protocols/nfs4/state/session.h"
#include "protocols/nfs4/state/state_record.h"

namespace dfs::nfs4 {

Client::Client(Epoch epoch, u32 number, Facet facet, std::string_view owner, const verifier4& verifier,
               const Principal& principal)
    : number(number),
      id(client_id(epoch, number)),
      facet(facet),
      owner(owner),
      verifier(verifier),
      principal(principal) {}
Client::~Client() = default;

const char* name_of(CallbackPath path) {
  static constexpr const char* kNames[] = {"unknown", "up", "down", "fault"};
  return kNames[static_cast<size_t>(path)];
}

// One place decides each flag. Those of leases that moved, of pNFS devices and of GSS contexts have no cause
// here: no migration, no layouts, no GSS.
void Client::decide_sequence_flags_locked() {
  u32 flags = 0;
  const CallbackPath callbacks = path.load(std::memory_order_relaxed);
  if (callbacks == CallbackPath::down) flags |= SEQ4_STATUS_CB_PATH_DOWN;
  if (callbacks == CallbackPath::fault) flags |= SEQ4_STATUS_BACKCHANNEL_FAULT;
  for (const auto& [other, why] : revoked) switch (why) {
      case Revoked::expired:
        flags |= all_expired ? SEQ4_STATUS_EXPIRED_ALL_STATE_REVOKED : SEQ4_STATUS_EXPIRED_SOME_STATE_REVOKED;
        break;
      case Revoked::admin:
        flags |= SEQ4_STATUS_ADMIN_STATE_REVOKED;
        break;
      case Revoked::recallable:
        flags |= SEQ4_STATUS_RECALLABLE_STATE_REVOKED;
        break;
    }
  // "Until the client sends a global RECLAIM_COMPLETE"
  if (may_reclaim && !reclaim_complete) flags |= SEQ4_STATUS_RESTART_RECLAIM_NEEDED;
  sequence_flags_.store(flags, std::memory_order_relaxed);
}

void Client::revoke_locked(const Other& other, Revoked why) {
  revoked[other] = why;
  decide_sequence_flags_locked();
}

bool Client::acknowledge_locked(const Other& other) {
  if (revoked.erase(other) == 0) return false;
  if (revoked.empty()) all_expired = false;
  decide_sequence_flags_locked();
  return true;
}

}  // namespace dfs::nfs4
