#include "protocols/nfs4/state/locks.h"

#include <algorithm>

#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/state/lock_notify.h"
#include "protocols/nfs4/state/trace.h"
#include "protocols/nfs4/status.h"

namespace dfs::nfs4 {

nfsstat4 lock_range(offset4 offset, length4 length, state::Range* out) {
  if (length == 0) return NFS4ERR_INVAL;
  if (length == UINT64_MAX) {
    *out = {offset, UINT64_MAX};
    return NFS4_OK;
  }
  if (length > UINT64_MAX - offset) return NFS4ERR_INVAL;
  *out = state::Range::of(offset, length);
  return NFS4_OK;
}

LOCK4denied denied(Compound& c, const state::Owner& holder, const state::Range& r, bool exclusive) {
  LOCK4denied d{};
  d.offset = r.first;
  d.length = r.last == UINT64_MAX ? UINT64_MAX : r.last - r.first + 1;
  d.locktype = exclusive ? WRITE_LT : READ_LT;
  // A holder of another protocol has no client id here.
  if (holder.protocol == state::Protocol::nfs4)
    d.owner.clientid = client_id(c.server.state->epoch, static_cast<u32>(holder.client));
  d.owner.owner = c.call.arena.copy(Bytes::of(holder.name));
  return d;
}

// --- owners ------------------------------------------------------------------------------------------------

nfsstat4 lock_owner(Compound& c, const Ref<Client>& client, Bytes name, Ref<StateOwner>* out) {
  std::lock_guard lock(client->mutex);
  if (client->gone()) return NFS4ERR_EXPIRED;
  auto it = client->lock_owners.find(name.view());
  if (it == client->lock_owners.end()) {
    if (client->lock_owners.size() >= Client::kMaxOwners) return too_many(c);
    auto owner = Ref<StateOwner>::adopt(new StateOwner(client, name));
    const std::string_view key = owner->who.name;
    it = client->lock_owners.emplace(key, std::move(owner)).first;
  }
  it->second->used = c.server.state->now();
  *out = it->second;
  return NFS4_OK;
}

Ref<StateOwner> find_lock_owner(Client& client, Bytes name) {
  std::lock_guard lock(client.mutex);
  auto it = client.lock_owners.find(name.view());
  return it == client.lock_owners.end() ? Ref<StateOwner>() : it->second;
}

namespace {

// An owner without locks is nothing to a 4.1 client; a 4.0 client's has a seqid to go on from, once it had a
// lock.
void drop_idle_locked(StateOwner& owner) {
  if (owner.locks.empty()) owner.client->lock_owners.erase(owner.who.name);
}

}  // namespace

void forget_lock_locked(LockState& lock) {
  std::erase(lock.open->locks, &lock);
  lock.owner->locks.erase(&*lock.file);
  --lock.client().states;
  if (lock.client().facet != Facet::v40) drop_idle_locked(*lock.owner);
}

// --- taking and giving back --------------------------------------------------------------------------------

namespace {

constexpr size_t kMaxRanges = 1u << 18;  // locked on one file, by all together

// The open lets its owner lock for this; the file's mutex is held.
nfsstat4 check_mode(const Open& open, bool exclusive) {
  const u8 right = exclusive ? state::kWriteRight : state::kReadRight;
  return (open.mode.access & right) == 0 ? NFS4ERR_OPENMODE : NFS4_OK;
}

bool waits(nfs_lock_type4 type) { return type == READW_LT || type == WRITEW_LT; }

fault::Context fault_context(const state::ClaimedFile& file, const StateOwner& owner) {
  return {.file = file.key.id.value, .client = owner.client->id.value};
}

// Refused: who would wait gets a place in the queue, or keeps it; who would not gives it up.
LOCK4res refuse_lock(Compound& c, const LOCK4args& a, const state::Range& bytes, state::ClaimedFile& file,
                     const Ref<StateOwner>& owner, const LOCK4denied& why, TellWaiters& tell) {
  LOCK4res res{};
  res.status = NFS4ERR_DENIED;
  res.denied = why;
  if (!waits(a.locktype)) {
    tell.look(file.waiting.leave(owner->who, bytes));
    return res;
  }
  State& state = *c.server.state;
  if (c.server.faults.check(fault::Point::state_lock_wait, fault_context(file, *owner))) return res;
  const nfs_fh4 handle = handle_of(c, c.current.place);
  file.waiting.wait({waiting_owner(owner), bytes, exclusive(a.locktype), state.now() + state.lease(),
                     std::string(handle.view()), false});
  return res;
}

// Judges and locks; the file's mutex is held.
LOCK4res lock_locked(Compound& c, const LOCK4args& a, const state::Range& bytes, const Open& open,
                     const Ref<StateOwner>& owner, TellWaiters& tell) {
  LOCK4res res{};
  // Under the file's mutex: what others take when the grace period is over comes after this.
  if (a.reclaim && !c.server.state->recovery.in_grace()) return with_status<LOCK4res>(NFS4ERR_NO_GRACE);
  const bool for_writing = exclusive(a.locktype);
  if ((res.status = check_mode(open, for_writing)) != NFS4_OK) return res;
  state::ClaimedFile& file = *open.file;
  const state::Verdict v = file.claims.judge(owner->who, state::LockAccess{bytes, for_writing});
  if (v.kind == state::Verdict::Kind::recall) {
    res.status = NFS4ERR_DELAY;
    return res;
  }
  if (!v.proceed())
    return refuse_lock(c, a, bytes, file, owner, denied(c, *v.holder, v.range.range, v.range.exclusive),
                       tell);
  // Free, but for somebody who asked for it before (RFC 8881 9.6).
  if (const auto* ahead = file.waiting.ahead_of(owner->who, bytes, for_writing, c.server.state->now()))
    return refuse_lock(c, a, bytes, file, owner, denied(c, *ahead->owner, ahead->range, ahead->exclusive),
                       tell);
  if (!c.server.state->recovery.roster.cleared()) {
    res.status = NFS4ERR_DELAY;
    return res;
  }
  if (file.claims.ranges().size() >= kMaxRanges) {
    res.status = too_many(c);
    return res;
  }
  if (auto action = c.server.faults.check(fault::Point::state_lock_grant, fault_context(file, *owner));
      action && action->kind == fault::ActionKind::fail) {
    res.status = static_cast<nfsstat4>(action->number);
    return res;
  }
  file.claims.lock(owner->who, bytes, for_writing);
  // It may have held these bytes more strongly before.
  tell.look(file.waiting.leave(owner->who, bytes));
  return res;
}

}  // namespace

LOCK4res take_lock(Compound& c, const LOCK4args& a, const state::Range& bytes, const Ref<StateOwner>& owner,
                   const Ref<Open>& open, u32 open_seqid) {
  State& state = *c.server.state;
  LOCK4res res{};
  state::FilePin pin = state.files.pin(open->file->key);
  TellWaiters tell(state, *open->file);
  std::lock_guard held(owner->client->mutex);
  if (owner->client->gone()) return with_status<LOCK4res>(NFS4ERR_EXPIRED);
  // It may have lost its last lock, and its place, since it was looked up.
  auto& owners = owner->client->lock_owners;
  if (owners.try_emplace(owner->who.name, owner).first->second.get() != owner.get())
    return with_status<LOCK4res>(NFS4ERR_DELAY);
  auto it = owner->locks.find(&*open->file);
  std::lock_guard lock(open->file->mutex());
  res.status = check_seqid(c, *open, open_seqid);
  // RFC 7530 16.10.5: an owner that is known to the file is not a new one. From 4.1 on seqids mean nothing,
  // this either.
  if (res.status == NFS4_OK && c.minor == 0 && it != owner->locks.end()) res.status = NFS4ERR_BAD_SEQID;
  if (res.status == NFS4_OK && it == owner->locks.end() && owner->client->states >= Client::kMaxStates)
    res.status = too_many(c);
  if (res.status == NFS4_OK) res = lock_locked(c, a, bytes, *open, owner, tell);
  if (res.status != NFS4_OK) {
    drop_idle_locked(*owner);
    return res;
  }
  if (it != owner->locks.end()) {
    res.resok4.lock_stateid = it->second->next_stateid();
    return res;
  }
  auto made = Ref<LockState>::adopt(new LockState(owner, std::move(pin), open));
  state.add(made);
  owner->locks.emplace(&*open->file, made);
  open->locks.push_back(made.get());
  ++owner->client->states;
  res.resok4.lock_stateid = made->stateid();
  return res;
}

LOCK4res change_lock(Compound& c, const LOCK4args& a, const state::Range& bytes, const Ref<LockState>& state,
                     u32 seqid) {
  LOCK4res res{};
  TellWaiters tell(*c.server.state, *state->file);
  std::lock_guard lock(state->file->mutex());
  if ((res.status = check_seqid(c, *state, seqid)) != NFS4_OK) return res;
  res = lock_locked(c, a, bytes, *state->open, state->owner, tell);
  if (res.status == NFS4_OK) res.resok4.lock_stateid = state->next_stateid();
  return res;
}

LOCKU4res release_lock(Compound& c, const state::Range& bytes, LockState& state, u32 seqid) {
  LOCKU4res res{};
  TellWaiters tell(*c.server.state, *state.file);
  std::lock_guard lock(state.file->mutex());
  if ((res.status = check_seqid(c, state, seqid)) != NFS4_OK) return res;
  state.file->claims.unlock(state.owner->who, bytes);
  // Who gives bytes back does not wait for them.
  tell.look(state.file->waiting.leave(state.owner->who, bytes));
  res.lock_stateid = state.next_stateid();
  return res;
}

// --- the end of lock stateids ------------------------------------------------------------------------------

nfsstat4 free_lock(Compound& c, const Ref<LockState>& lock, u32 seqid) {
  {
    std::lock_guard held(lock->client().mutex);
    if (lock->client().gone()) return NFS4ERR_BAD_STATEID;
    {
      std::lock_guard file(lock->file->mutex());
      if (const nfsstat4 s = check_seqid(c, *lock, seqid); s != NFS4_OK) return s;
      if (lock->file->claims.holds_range(lock->owner->who)) return NFS4ERR_LOCKS_HELD;
      (void)lock->withdraw_locked();  // no locks, no hold
    }
    forget_lock_locked(*lock);
  }
  trace_ended(c.server.trace, *lock, Gone::closed);
  c.server.state->records.remove(lock->number, Gone::closed);
  return NFS4_OK;
}

nfsstat4 release_lock_owner(State& state, Client& client, Bytes name) {
  Ref<StateOwner> owner;
  std::vector<Ref<LockState>> ended;
  {
    std::lock_guard held(client.mutex);
    auto it = client.lock_owners.find(name.view());
    if (it == client.lock_owners.end()) return NFS4_OK;
    owner = it->second;
    // None of them can get a lock meanwhile: that takes the client's mutex, or a request under way.
    for (auto& [file, lock] : owner->locks) {
      std::lock_guard locked(file->mutex());
      if (file->claims.holds_range(owner->who)) return NFS4ERR_LOCKS_HELD;
    }
    for (auto& [file, lock] : owner->locks) ended.push_back(lock);
    for (Ref<LockState>& lock : ended) {
      {
        std::lock_guard locked(lock->file->mutex());
        (void)lock->withdraw_locked();
      }
      forget_lock_locked(*lock);
    }
    client.lock_owners.erase(it);
  }
  for (Ref<LockState>& lock : ended) {
    trace_ended(state.server.trace, *lock, Gone::closed);
    state.records.remove(lock->number, Gone::closed);
  }
  return NFS4_OK;
}

}  // namespace dfs::nfs4
