#include "protocols/nfs4/state/delegations.h"

#include "protocols/nfs4/callback/cb_getattr.h"
#include "protocols/nfs4/callback/cb_recall.h"
#include "protocols/nfs4/callback/cb_recall_any.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4 {
namespace {

constexpr Nanos kCalm = 30 * kSecond;
constexpr size_t kMostBarred = 1u << 16;

u64 tag_of(const Registry<StateRecord>::Number& n) { return u64{n.place} << 32 | n.nonce; }

state::CachingGrant grant_of(bool write) { return {true, write, false}; }

}  // namespace

// --- giving ------------------------------------------------------------------------------------------------

why_no_delegation4 Delegations::grant(Compound& c, const Ref<Client>& client, const Place& file, bool write,
                                      Ref<Delegation>* out) {
  const Limits& limits = c.server.limits;
  if (!limits.delegations || !Callbacks::available(*client)) return WND4_RESOURCE;
  if (count_.load(std::memory_order_relaxed) >= limits.max_delegations) {
    relieve();
    return WND4_RESOURCE;
  }
  if (barred(file_key(file))) return WND4_CONTENTION;
  const fs::HandleBytes handle = c.server.sealer.seal({file.ex->id, file.fs().uuid(), file.node});
  auto hold = Ref<FileHold>::adopt(new FileHold(state_, file.fs(), file.node.id));
  state::FilePin pin = state_.files.pin(file_key(file));
  state::ClaimedFile& claimed = *pin;
  std::lock_guard held(client->mutex);
  if (client->gone() || client->states >= Client::kMaxStates) return WND4_RESOURCE;
  // Its lease ended since it was admitted (recovery.h), or somebody else's did.
  if (!client->recorded.load(std::memory_order_acquire) || !state_.recovery.roster.cleared())
    return WND4_RESOURCE;
  if (auto it = client->delegations.find(&claimed); it != client->delegations.end()) {
    if (it->second->write || !write)
      return it->second->write && !write ? WND4_NOT_SUPP_DOWNGRADE : WND4_RESOURCE;
    return upgrade(it->second, Principal::of(c.call), out);
  }
  if (!client->delegation_owner)
    client->delegation_owner = Ref<StateOwner>::adopt(new StateOwner(client, Bytes{}));
  const Ref<StateOwner>& owner = client->delegation_owner;
  std::lock_guard lock(claimed.mutex());
  if (!claimed.claims.may_grant(owner->who, grant_of(write))) return WND4_CONTENTION;
  auto made = Ref<Delegation>::adopt(new Delegation(owner, std::move(pin), std::move(hold), file.node,
                                                    Principal::of(c.call), write, handle));
  state_.add(made);
  made->grant = claimed.claims.grant(owner->who, grant_of(write), tag_of(made->number));
  client->delegations.emplace(&claimed, made);
  ++client->states;
  count_.fetch_add(1, std::memory_order_relaxed);
  *out = std::move(made);
  return WND4_NOT_WANTED;  // is not looked at
}

// The same stateid, with its next seqid, now stands for a write delegation (RFC 8881 10.4). Whoever it was
// given for is whom its input and output is judged by, so it stays his.
why_no_delegation4 Delegations::upgrade(const Ref<Delegation>& d, const Principal& who,
                                        Ref<Delegation>* out) {
  std::lock_guard lock(d->file->mutex());
  if (!d->live || d->recalled) return WND4_CONTENTION;
  if (d->opener != who) return WND4_NOT_SUPP_UPGRADE;
  state::ClaimTable& claims = d->file->claims;
  if (!claims.may_grant(d->owner->who, grant_of(true))) return WND4_CONTENTION;
  claims.take_back(d->grant);
  d->grant = claims.grant(d->owner->who, grant_of(true), tag_of(d->number));
  d->write = true;
  d->next_stateid();
  *out = d;
  return WND4_NOT_WANTED;  // is not looked at
}

open_delegation4 Delegations::offer(Compound& c, const Ref<Client>& client, const Place& file, u8 access,
                                    u32 wants) {
  open_delegation4 d{};
  const u32 want = c.minor == 0 ? 0 : wants & OPEN4_SHARE_ACCESS_WANT_DELEG_MASK;
  why_no_delegation4 why = WND4_NOT_WANTED;
  Ref<Delegation> given;
  bool write = false;
  if (want == OPEN4_SHARE_ACCESS_WANT_CANCEL) {
    why = WND4_CANCELLED;
  } else if (want != OPEN4_SHARE_ACCESS_WANT_NO_DELEG) {
    // A delegation lets its holder do what the OPEN was let do, and no more.
    write = (access & state::kWriteRight) != 0 && want != OPEN4_SHARE_ACCESS_WANT_READ_DELEG;
    const bool readable = (access & state::kReadRight) != 0;
    if (write || readable)
      why = grant(c, client, file, write, &given);
    else
      why = WND4_RESOURCE;
  }
  if (given) {
    // Nobody but the holder need be asked whether he may read: no access is promised without ACCESS.
    const nfsace4 nobody{ACE4_ACCESS_ALLOWED_ACE_TYPE, 0, 0, {}};
    stateid4 id;
    {
      std::lock_guard lock(given->file->mutex());
      id = given->stateid();
    }
    if (write) {
      d.delegation_type = OPEN_DELEGATE_WRITE;
      // No space is set aside: what the client holds back has to be written before it closes (RFC
      // 8881 10.4.1).
      d.write = {id, false, {NFS_LIMIT_SIZE, {0}}, nobody};
    } else {
      d.delegation_type = OPEN_DELEGATE_READ;
      d.read = {id, false, nobody};
    }
    return d;
  }
  if (c.minor == 0 || want == OPEN4_SHARE_ACCESS_WANT_NO_PREFERENCE) return d;
  d.delegation_type = OPEN_DELEGATE_NONE_EXT;
  d.od_whynone.ond_why = why;
  return d;
}

// There are too many: who has most is asked to give half of them back, once a second at most.
void Delegations::relieve() {
  {
    const Nanos now = state_.now();
    std::lock_guard lock(mutex_);
    if (relieved_ != 0 && now - relieved_ < kSecond) return;
    relieved_ = std::max<Nanos>(now, 1);
  }
  Ref<Client> most;
  size_t has = 0;
  for (const Ref<Client>& c : state_.clients.all()) {
    if (c->facet == Facet::v40 || !Callbacks::available(*c)) continue;
    std::lock_guard lock(c->mutex);
    if (c->delegations.size() <= has) continue;
    has = c->delegations.size();
    most = c;
  }
  if (most) recall_any(state_.callbacks, most, static_cast<u32>(has / 2));
}

void Delegations::bar(const state::FileKey& file) {
  const Nanos now = state_.now();
  std::lock_guard lock(mutex_);
  if (barred_.size() >= kMostBarred) std::erase_if(barred_, [&](auto& b) { return b.second <= now; });
  if (barred_.size() < kMostBarred) barred_[file] = now + kCalm;
}

bool Delegations::barred(const state::FileKey& file) {
  std::lock_guard lock(mutex_);
  auto it = barred_.find(file);
  if (it == barred_.end()) return false;
  if (it->second > state_.now()) return true;
  barred_.erase(it);
  return false;
}

// --- asking back -------------------------------------------------------------------------------------------

Delegations::Found Delegations::in_the_way(const state::FileKey& file, const state::Owner& who,
                                           const state::Access& access, u64 connection) {
  Found found;
  state_.files.look(file, [&](state::ClaimedFile& f) {
    const state::Verdict v = f.claims.judge(who, access);
    for (state::GrantId id : v.recalls) {
      auto record = state_.records.find(number_of(f.claims.find_grant(id)->tag)).record;
      if (!record) continue;
      const Client& holder = record->client();
      if (connection != 0 && holder.facet == Facet::v40 && holder.connection.load() == connection) continue;
      found.push_back(Ref<Delegation>::share(static_cast<Delegation*>(record.get())));
    }
  });
  return found;
}

Async<bool> Delegations::clear(const state::FileKey& file, const state::Owner& who,
                               const state::Access& access, u64 connection) {
  if (!any()) return true;
  Found found = in_the_way(file, who, access, connection);
  // A client whose lease has ended is in nobody's way.
  bool expired = false;
  for (const Ref<Delegation>& d : found) expired |= state_.clients.expire(d->client().number);
  if (expired) found = in_the_way(file, who, access, connection);
  if (found.empty()) return true;
  for (const Ref<Delegation>& d : found) begin_recall(d);
  if (state_.server.limits.recall_wait == 0 || Loop::current() == nullptr) return false;
  return wait_for(std::move(found), file, who, access, connection);
}

Async<bool> Delegations::clear(const fs::FileSystem& file_system, fs::FileId file, fs::Touch what) {
  static const state::Owner kStranger{state::Protocol::nlm, 0, {}};
  state::Access access = state::ReadAccess{};
  if (what == fs::Touch::write) access = state::WriteAccess{};
  if (what == fs::Touch::change) access = state::ChangeAccess{};
  return clear({&file_system, file}, kStranger, access);
}

Task<bool> Delegations::wait_for(Found found, state::FileKey file, state::Owner who, state::Access access,
                                 u64 connection) {
  const Nanos deadline = state_.now() + state_.server.limits.recall_wait;
  while (!found.empty()) {
    for (const Ref<Delegation>& d : found) {
      const Nanos left = deadline - state_.now();
      if (left <= 0) co_return false;
      const Waits::Woken woken = co_await state_.callbacks.waits.until_changed(d->ended, 0, left);
      if (woken != Waits::Woken::changed) co_return false;
    }
    found = in_the_way(file, who, access, connection);
    for (const Ref<Delegation>& d : found) begin_recall(d);
  }
  co_return true;
}

Async<bool> Delegations::ask_holder(Compound& c, const Place& file, const state::Owner& who) {
  const u64 connection = c.minor == 0 ? c.call.transport->id() : 0;
  Found found = in_the_way(file_key(file), who, state::ReadAccess{}, connection);
  if (found.empty()) return true;
  {
    // Who is giving it back is about to write what he has: that is waited for.
    std::lock_guard lock(found[0]->file->mutex());
    if (found[0]->recalled) found[0] = {};
  }
  if (!found[0]) return clear(file_key(file), who, state::ReadAccess{}, connection);
  return ask(c, file, who, std::move(found[0]));
}

Task<bool> Delegations::ask(Compound& c, Place file, state::Owner who, Ref<Delegation> d) {
  const std::optional<HolderAttributes> has = co_await ask_attributes(state_.callbacks, d);
  if (!has) {
    const u64 connection = c.minor == 0 ? c.call.transport->id() : 0;
    Async<bool> clearing = clear(file_key(file), who, state::ReadAccess{}, connection);
    co_return co_await clearing;
  }
  Async<fs::AttrResult> getting = file.fs().getattr(file.node);
  const fs::AttrResult ours = co_await getting;
  // Gone, or nothing is held back: then the file says all there is.
  if (ours.error != fs::FsError::ok || (has->change == ours.node.change && has->size == ours.node.size))
    co_return true;
  // RFC 8881 10.4.3: a change attribute of ours that has not been seen before, for each that the holder has.
  std::lock_guard lock(d->file->mutex());
  if (std::exchange(d->holder_change, has->change) != has->change)
    d->told_change = std::max(d->told_change, ours.node.change) + 1;
  c.held = Compound::Held{std::max(d->told_change, ours.node.change), has->size};
  co_return true;
}

void Delegations::begin_recall(const Ref<Delegation>& d) {
  {
    std::lock_guard lock(d->file->mutex());
    if (!d->live || std::exchange(d->recalled, true)) return;
  }
  bar(d->file->key);
  state_.callbacks.spawn([this, d] { return take_back(d); });
}

Task<void> Delegations::take_back(Ref<Delegation> d) {
  const Nanos deadline = state_.now() + state_.lease();
  // RFC 8881 10.4.5, RFC 7530 10.4.5: the client has a lease period to give it back.
  Task<bool> asking = recall(state_.callbacks, d, state_.server.clock, deadline);
  if (!co_await asking) revoke(d);
}

// --- the end -----------------------------------------------------------------------------------------------

void Delegations::ended(Delegation& d) {
  count_.fetch_sub(1, std::memory_order_relaxed);
  state_.callbacks.waits.change(d.ended);
}

nfsstat4 Delegations::give_back(Compound& c, const Ref<Delegation>& d, u32 seqid) {
  Client& client = d->client();
  {
    std::lock_guard held(client.mutex);
    if (client.gone()) return NFS4ERR_BAD_STATEID;
    {
      std::lock_guard lock(d->file->mutex());
      if (const nfsstat4 s = check_seqid(c, *d, seqid); s != NFS4_OK) return s;
    }
    if (client.delegations.erase(&*d->file) == 0) return NFS4ERR_BAD_STATEID;
    --client.states;
  }
  state_.end(*d, Gone::closed);
  return NFS4_OK;
}

void Delegations::revoke(const Ref<Delegation>& d) {
  Client& client = d->client();
  const bool told = client.facet != Facet::v40;
  {
    std::lock_guard held(client.mutex);
    if (client.gone() || client.delegations.erase(&*d->file) == 0) return;
    --client.states;
    // SEQUENCE says so until the client has freed it. 4.0 has no such way, the stateid is EXPIRED.
    if (told) client.revoke_locked(d->other, Revoked::recallable);
  }
  state_.end(*d, told ? Gone::revoked : Gone::expired);
  if (Trace& trace = state_.server.trace; trace.enabled())
    trace.emit("nfs4.delegation.revoked", 0, 0, {{"clientid", client.id.value}, {"file", d->node.id.value}});
}

}  // namespace dfs::nfs4
