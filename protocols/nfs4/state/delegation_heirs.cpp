// Delegations over a restart of their client (RFC 7530 10.2.1, 16.5 and 16.16; RFC 8881 10.2.1, 18.5
// and 18.16): what CLAIM_DELEGATE_PREV, CLAIM_DELEG_PREV_FH and DELEGPURGE are about.
//
// An heir's delegations are its own from the start, under new stateids that it learns of when it claims them.
// Until then they cannot be recalled: whoever is in conflict with one waits until it is claimed, purged or
// forgotten.
#include "protocols/nfs4/state/delegations.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4 {

void Delegations::pass_on(Client& old, const Ref<Client>& heir) {
  if (!any()) return;
  std::vector<Ref<Delegation>> left;
  {
    std::lock_guard lock(old.mutex);
    for (auto& [file, d] : old.delegations) left.push_back(d);
    old.delegations.clear();
    old.states -= static_cast<u32>(left.size());
  }
  if (left.empty()) return;
  {
    std::lock_guard held(heir->mutex);
    if (!heir->delegation_owner)
      heir->delegation_owner = Ref<StateOwner>::adopt(new StateOwner(heir, Bytes{}));
    const Ref<StateOwner>& owner = heir->delegation_owner;
    for (const Ref<Delegation>& d : left) {
      state::FilePin pin = state_.files.pin(d->file->key);
      state::ClaimedFile& file = *pin;
      std::lock_guard lock(file.mutex());
      // That of a directory is not claimed again (RFC 8881 10.9.5).
      if (!d->live || d->type() == DelegationType::directory) continue;
      auto kept = Ref<Delegation>::adopt(
          new Delegation(owner, std::move(pin), d->hold, d->node, d->opener, d->write, d->handle, d->times));
      kept->previous = true;
      state_.add(kept);
      file.claims.take_back(d->grant);
      kept->grant = file.claims.grant(owner->who, grant_of(kept->write), tag_of(kept->number));
      d->grant = {};
      heir->delegations.emplace(&file, kept);
      ++heir->states;
      count_.fetch_add(1, std::memory_order_relaxed);
      begun(kept->type());
    }
  }
  for (const Ref<Delegation>& d : left) state_.end(*d, Gone::closed);
  if (!state_.callbacks.spawn([this, heir] { return purge_later(heir); })) purge(*heir);
}

Task<void> Delegations::purge_later(Ref<Client> heir) {
  const Waits::Woken woken = co_await state_.callbacks.waits.pause(state_.lease());
  if (woken != Waits::Woken::stopped) purge(*heir);
}

void Delegations::purge(Client& heir) {
  std::vector<Ref<Delegation>> gone;
  {
    std::lock_guard held(heir.mutex);
    for (auto it = heir.delegations.begin(); it != heir.delegations.end();) {
      const Ref<Delegation> d = it->second;
      std::lock_guard lock(d->file->mutex());
      if (d->previous) {
        gone.push_back(d);
        --heir.states;
        it = heir.delegations.erase(it);
      } else {
        ++it;
      }
    }
  }
  for (const Ref<Delegation>& d : gone) state_.end(*d, Gone::closed);
}

nfsstat4 Delegations::left_to(const Client& heir, const Place& file) {
  const state::FilePin pin = state_.files.pin(file_key(file));
  std::lock_guard held(heir.mutex);
  auto it = heir.delegations.find(&*pin);
  if (it != heir.delegations.end()) {
    std::lock_guard lock(pin->mutex());
    if (it->second->previous) return NFS4_OK;
  }
  return heir.reclaim_complete ? NFS4ERR_NO_GRACE : NFS4ERR_RECLAIM_BAD;
}

open_delegation4 Delegations::claim(Compound& c, const Ref<Client>& heir, const Place& file) {
  const state::FilePin pin = state_.files.pin(file_key(file));
  Ref<Delegation> found;
  {
    std::lock_guard held(heir->mutex);
    auto it = heir->delegations.find(&*pin);
    if (it == heir->delegations.end()) return {};
    std::lock_guard lock(pin->mutex());
    if (!std::exchange(it->second->previous, false)) return {};
    found = it->second;
    found->given_by = ReferringCall::of(c);
  }
  return told_or_recalled(found);
}

}  // namespace dfs::nfs4
