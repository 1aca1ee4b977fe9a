#include "protocols/nfs4/state/delegation_wants.h"

#include <algorithm>

#include "protocols/nfs4/callback/cb_push_deleg.h"
#include "protocols/nfs4/callback/cb_wants.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4 {
namespace {

// A file is looked at so often even when nothing seems to happen to it: it is left alone for a while after a
// recall.
constexpr Nanos kRetry = 30 * kSecond;

}  // namespace

// --- what is wanted ----------------------------------------------------------------------------------------

template <class Match>
void DelegationWants::erase_locked(Match match) {
  u64 gone = 0, of_room = 0;
  for (auto it = files_.begin(); it != files_.end();) {
    gone += std::erase_if(it->second->wants, [&](const Want& w) {
      if (!match(it->first, w)) return false;
      of_room += w.kind == Kind::resourced;
      return true;
    });
    it = it->second->wants.empty() ? files_.erase(it) : std::next(it);
  }
  count_.fetch_sub(gone);
  resourced_.fetch_sub(of_room);
}

bool DelegationWants::make_room_locked(const Client& for_whom, std::optional<Cancelled>* cancelled) {
  const u64 most = state_.server.limits.max_wants;
  if (count_.load() < most) return true;
  const Want* oldest = nullptr;
  for (const auto& [key, file] : files_)
    for (const Want& w : file->wants)
      if (oldest == nullptr || w.since < oldest->since) oldest = &w;
  // Who is promised something now could take the news for this promise.
  if (oldest == nullptr || oldest->ask.client.get() == &for_whom) return false;
  const Cancelled of{oldest->ask.client, oldest->kind};
  erase_locked(
      [&](auto&, const Want& w) { return w.ask.client.get() == of.client.get() && w.kind == of.kind; });
  *cancelled = of;
  return true;
}

bool DelegationWants::keep(DelegationAsk ask, Kind kind) {
  const state::FileKey key = file_key(ask.file);
  ask.file.who = {};
  ask.pushed = true;
  std::shared_ptr<File> to_watch;
  std::optional<Cancelled> cancelled;
  {
    std::lock_guard lock(mutex_);
    if (ask.client->gone()) return false;
    erase_locked([&](const state::FileKey& k, const Want& w) {
      return k == key && w.kind == kind && w.ask.client.get() == ask.client.get();
    });
    if (!make_room_locked(*ask.client, &cancelled)) return false;
    std::shared_ptr<File>& file = files_[key];
    if (!file) file = std::make_shared<File>();
    file->wants.push_back({next_++, kind, std::move(ask)});
    count_.fetch_add(1);
    if (kind == Kind::resourced) resourced_.fetch_add(1);
    if (kind == Kind::contended && !std::exchange(file->watched, true)) to_watch = file;
  }
  if (cancelled)
    cancel_wants(state_.callbacks, cancelled->client, cancelled->kind == Kind::contended,
                 cancelled->kind == Kind::resourced);
  // What was in the way may be gone since it was looked for.
  if (to_watch) return state_.callbacks.spawn([this, to_watch] { return watch(to_watch); });
  if (kind == Kind::resourced) room_again();
  return true;
}

void DelegationWants::cancel(const Client& client, const state::FileKey& file) {
  if (count_.load() == 0) return;
  std::lock_guard lock(mutex_);
  erase_locked(
      [&](const state::FileKey& k, const Want& w) { return k == file && w.ask.client.get() == &client; });
}

void DelegationWants::forget(const Client& client) {
  if (count_.load() == 0) return;
  std::lock_guard lock(mutex_);
  erase_locked([&](auto&, const Want& w) { return w.ask.client.get() == &client; });
}

std::vector<DelegationWants::View> DelegationWants::of(const Client& client) const {
  std::vector<View> out;
  std::lock_guard lock(mutex_);
  for (const auto& [key, file] : files_)
    for (const Want& w : file->wants)
      if (w.ask.client.get() == &client) out.push_back({key.id.value, w.ask.write, w.kind});
  return out;
}

// --- giving it ---------------------------------------------------------------------------------------------

void DelegationWants::stirred(const state::FileKey& key) {
  if (count_.load() == 0) return;
  std::shared_ptr<File> file;
  {
    std::lock_guard lock(mutex_);
    auto it = files_.find(key);
    if (it == files_.end()) return;
    file = it->second;
  }
  state_.callbacks.waits.change(file->stirs);
}

Task<void> DelegationWants::watch(std::shared_ptr<File> file) {
  for (;;) {
    const u32 seen = file->stirs.load();
    std::vector<Want> wants;
    {
      std::lock_guard lock(mutex_);
      for (const Want& w : file->wants)
        if (w.kind == Kind::contended) wants.push_back(w);
      if (wants.empty()) {
        file->watched = false;
        co_return;
      }
    }
    bool busy = false;
    for (Want& w : wants) {
      Task<bool> pushing = push(std::move(w));
      const bool later = co_await pushing;
      busy = busy || later;
    }
    Waits& waits = state_.callbacks.waits;
    Waits::Woken woken;
    if (busy)
      woken = co_await waits.pause(kRetry);
    else
      woken = co_await waits.until_changed(file->stirs, seen, kRetry);
    if (woken == Waits::Woken::stopped) co_return;
  }
}

Task<bool> DelegationWants::push(Want want) {
  const DelegationAsk& ask = want.ask;
  Delegations& delegations = state_.delegations;
  Async<fs::AttrResult> looking = ask.file.fs().getattr(ask.file.node);
  const fs::AttrResult there = co_await looking;
  Ref<Delegation> given;
  if (there.error == fs::FsError::ok) {
    delegations.grant(ask, &given);
    if (!given) co_return false;
    Task<CbResult> pushing = push_delegation(state_.callbacks, given);
    const CbResult r = co_await pushing;
    if (!r.ok()) delegations.not_taken(given, r);
    if (r.answered() && r.status == NFS4ERR_DELAY) co_return true;
  }
  std::lock_guard lock(mutex_);
  erase_locked([&](auto&, const Want& w) { return w.since == want.since; });
  co_return false;
}

void DelegationWants::room_again() {
  if (resourced_.load() == 0) return;
  const u64 most = state_.server.limits.max_delegations, there_are = state_.delegations.count();
  if (there_are >= most) return;
  Ref<Client> client;
  {
    std::lock_guard lock(mutex_);
    const Want* oldest = nullptr;
    for (const auto& [key, file] : files_)
      for (const Want& w : file->wants)
        if (w.kind == Kind::resourced && (oldest == nullptr || w.since < oldest->since)) oldest = &w;
    if (oldest == nullptr) return;
    client = oldest->ask.client;
    erase_locked([&](auto&, const Want& w) {
      return w.kind == Kind::resourced && w.ask.client.get() == client.get();
    });
  }
  u64 has = 0;
  {
    std::lock_guard lock(client->mutex);
    has = client->delegations.size();
  }
  signal_available(state_.callbacks, client,
                   static_cast<u32>(std::min<u64>(has + most - there_are, UINT32_MAX)));
}

}  // namespace dfs::nfs4
