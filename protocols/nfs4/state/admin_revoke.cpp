// State that is taken away by nobody's request: a fault rule wants it so.
#include "protocols/nfs4/state/locks.h"
#include "protocols/nfs4/state/opens.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {

void State::revoke(const Ref<StateRecord>& record) {
  if (record->kind == StateKind::delegation)
    return delegations.revoke(Ref<Delegation>::share(static_cast<Delegation*>(record.get())));
  Client& client = record->client();
  std::vector<Ref<StateRecord>> gone;
  {
    std::lock_guard held(client.mutex);
    if (client.gone()) return;
    if (record->kind == StateKind::open) {
      auto it = record->owner->opens.find(&*record->file);
      if (it == record->owner->opens.end() || it->second.get() != record.get()) return;
      end_open_locked(static_cast<Open&>(*record), &gone);
    } else {
      auto it = record->owner->locks.find(&*record->file);
      if (it == record->owner->locks.end() || it->second.get() != record.get()) return;
      gone.push_back(record);
      forget_lock_locked(static_cast<LockState&>(*record));
    }
    // RFC 8881 18.46.3: SEQ4_STATUS_ADMIN_STATE_REVOKED until each has been freed. 4.0 has no such way.
    if (client.facet != Facet::v40)
      for (const Ref<StateRecord>& r : gone) client.revoke_locked(r->other, Revoked::admin);
  }
  for (const Ref<StateRecord>& r : gone) end(*r, Gone::revoked);
}

void State::revoke(const Other& other) {
  const OtherParts parts = parts_of(other);
  if (parts.epoch != epoch) return;
  if (auto found = records.find({parts.place, parts.nonce}); found.record) revoke(found.record);
}

std::vector<Ref<StateRecord>> State::held_of(const state::FileKey& file, bool only_delegations) {
  std::vector<Ref<StateRecord>> found;
  for (const Ref<Client>& client : clients.all()) {
    std::lock_guard held(client->mutex);
    for (auto& [key, d] : client->delegations)
      if (key->key == file) found.push_back(Ref<StateRecord>::share(d.get()));
    if (only_delegations) continue;
    for (auto& [name, owner] : client->lock_owners)
      for (auto& [key, locks] : owner->locks)
        if (key->key == file) found.push_back(Ref<StateRecord>::share(locks.get()));
    for (auto& [name, owner] : client->open_owners)
      for (auto& [key, open] : owner->opens)
        if (key->key == file) found.push_back(Ref<StateRecord>::share(open.get()));
  }
  return found;
}

void State::revoke_all(const state::FileKey& file, bool only_delegations) {
  for (const Ref<StateRecord>& r : held_of(file, only_delegations)) revoke(r);
}

void State::recall_all(const state::FileKey& file) {
  for (const Ref<StateRecord>& r : held_of(file, true))
    delegations.begin_recall(Ref<Delegation>::share(static_cast<Delegation*>(r.get())));
}

}  // namespace dfs::nfs4
