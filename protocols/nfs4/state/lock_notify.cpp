#include "protocols/nfs4/state/lock_notify.h"

#include "protocols/nfs4/callback/cb_notify_lock.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {
namespace {

// A place in the queue ends: whoever is behind may have its turn.
Task<void> look_again(State& state, state::FileKey file, Nanos after) {
  const Waits::Woken woken = co_await state.callbacks.waits.pause(after);
  if (woken == Waits::Woken::timed_out) locks_released(state, file);
}

}  // namespace

void locks_released(State& state, const state::FileKey& key) {
  const Nanos now = state.now();
  state::LockQueue::Waiters ready, late;
  Nanos next = LLONG_MAX;
  {
    const state::FilePin file = state.files.pin(key);
    std::lock_guard lock(file->mutex());
    if (file->waiting.empty()) return;
    late = file->waiting.take_late(now);
    ready = file->waiting.take_ready(file->claims, now, now + state.lease());
    if (!ready.empty() || !late.empty()) next = file->waiting.next_end();
  }
  for (const state::LockQueue::Waiter& w : ready) {
    if (w.owner->protocol != state::Protocol::nfs4) continue;
    const Ref<Client> client =
        state.clients.find(client_id(state.epoch, static_cast<u32>(w.owner->client))).client;
    if (client && client->facet != Facet::v40 && Callbacks::available(*client))
      send_cb_notify_lock(state.callbacks, client, w.where, w.owner->name);
  }
  if (next == LLONG_MAX) return;
  state.callbacks.spawn([&state, key, after = next - now] { return look_again(state, key, after); });
}

void claims_released(State& state, const state::FileKey& key) { state.delegations.wants.stirred(key); }

std::shared_ptr<const state::Owner> waiting_owner(const Ref<StateOwner>& owner) {
  return {&owner->who, [keep = owner](const state::Owner*) {}};
}

}  // namespace dfs::nfs4
