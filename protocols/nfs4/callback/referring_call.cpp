#include "protocols/nfs4/callback/referring_call.h"

#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {

ReferringCall ReferringCall::of(const Compound& c) {
  if (c.session == nullptr) return {};
  return {c.session->id, c.slot, c.sequence, true};
}

bool ReferringCall::open(State& state) const {
  if (!known) return false;
  const Ref<Session> s = state.find_session(session);
  return s && s->last_on(slot) == sequence;
}

}  // namespace dfs::nfs4
