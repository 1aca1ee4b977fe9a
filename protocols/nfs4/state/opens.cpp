#include "protocols/nfs4/state/opens.h"

#include "protocols/nfs4/state/lock_notify.h"
#include "protocols/nfs4/state/locks.h"
#include "protocols/nfs4/state/trace.h"
#include "protocols/nfs4/status.h"

namespace dfs::nfs4 {

// --- share_access and share_deny ---------------------------------------------------------------------------

nfsstat4 share_mode(const Compound& c, u32 share_access, u32 share_deny, state::ShareMode* out) {
  u32 wants = 0;
  if (c.minor > 0)
    wants = OPEN4_SHARE_ACCESS_WANT_DELEG_MASK | OPEN4_SHARE_ACCESS_WANT_SIGNAL_DELEG_WHEN_RESRC_AVAIL |
            OPEN4_SHARE_ACCESS_WANT_PUSH_DELEG_WHEN_UNCONTENDED;
  if (c.minor > 1)  // RFC 9754
    wants |= OPEN4_SHARE_ACCESS_WANT_DELEG_TIMESTAMPS | OPEN4_SHARE_ACCESS_WANT_OPEN_XOR_DELEGATION;
  const u32 access = share_access & ~wants;
  if (access == 0 || access > OPEN4_SHARE_ACCESS_BOTH || share_deny > OPEN4_SHARE_DENY_BOTH)
    return NFS4ERR_INVAL;
  if ((share_access & OPEN4_SHARE_ACCESS_WANT_DELEG_MASK) > OPEN4_SHARE_ACCESS_WANT_CANCEL)
    return NFS4ERR_INVAL;
  *out = {static_cast<u8>(access), static_cast<u8>(share_deny)};
  return NFS4_OK;
}

// --- combinations ------------------------------------------------------------------------------------------

u16 combination(state::ShareMode m) { return static_cast<u16>(1u << (4 * (m.access - 1) + m.deny)); }

bool downgrades_to(u16 asked, state::ShareMode mode, u16* kept) {
  state::ShareMode together;
  *kept = 0;
  for (u8 access = 1; access <= OPEN4_SHARE_ACCESS_BOTH; ++access)
    for (u8 deny = 0; deny <= OPEN4_SHARE_DENY_BOTH; ++deny) {
      const state::ShareMode one{access, deny};
      if (!(asked & combination(one)) || (access & ~mode.access) != 0 || (deny & ~mode.deny) != 0) continue;
      *kept |= combination(one);
      together.access |= access;
      together.deny |= deny;
    }
  return together == mode;
}

// --- owners ------------------------------------------------------------------------------------------------

void end_open_locked(Open& open, std::vector<Ref<StateRecord>>* ended) {
  for (LockState* lock : std::vector<LockState*>(open.locks)) {
    ended->push_back(Ref<StateRecord>::share(lock));
    forget_lock_locked(*lock);
  }
  ended->push_back(Ref<StateRecord>::share(&open));
  open.owner->opens.erase(&*open.file);
  --open.client().states;
}

namespace {

// What is taken out of the tables under the client's mutex, and let go when it is not held any more.
using Ended = std::vector<Ref<StateRecord>>;

void end_all(State& state, const Ended& ended) {
  for (const Ref<StateRecord>& r : ended) state.end(*r, Gone::closed);
}

// Ends an owner with all it has; the client's mutex is held.
void end_owner_locked(Client& client, StateOwner& owner, Ended* ended) {
  while (!owner.opens.empty()) end_open_locked(*owner.opens.begin()->second, ended);
  if (owner.closed) ended->push_back(std::exchange(owner.closed, {}));
  client.open_owners.erase(owner.who.name);
}

}  // namespace

nfsstat4 open_owner(Compound& c, const Ref<Client>& client, Bytes name, u32 seqid, Ref<StateOwner>* out) {
  State& state = *c.server.state;
  Ended ended;
  Ref<StateOwner>& owner = *out;
  {
    std::lock_guard lock(client->mutex);
    if (client->gone()) return NFS4ERR_EXPIRED;
    auto it = client->open_owners.find(name.view());
    if (it != client->open_owners.end()) owner = it->second;
    // Whether it is being confirmed right now is for whoever has its turn: he has seen another seqid.
    if (owner && c.minor == 0 && !owner->confirmed && owner->turn.try_take()) {
      const StateOwner::Last& last = owner->last;
      const bool in_sequence = !last.known || seqid == last.seqid || seqid == last.seqid + 1;
      owner->turn.pass();
      if (!in_sequence) {
        end_owner_locked(*client, *owner, &ended);
        owner = {};
      }
    }
    if (!owner) {
      if (client->open_owners.size() >= Client::kMaxOwners) return too_many(c);
      owner = Ref<StateOwner>::adopt(new StateOwner(client, name));
      client->open_owners.emplace(owner->who.name, owner);
    }
    owner->used = state.now();
  }
  end_all(state, ended);
  return NFS4_OK;
}

void forget_idle_owners(State& state, Client& client, Nanos now) {
  Ended ended;
  std::vector<Ref<StateOwner>> gone;
  {
    std::lock_guard lock(client.mutex);
    for (Client::Owners* owners : {&client.open_owners, &client.lock_owners})
      for (auto it = owners->begin(); it != owners->end();) {
        StateOwner& owner = *it->second;
        const bool unconfirmed =
            owners == &client.open_owners && client.facet == Facet::v40 && !owner.confirmed;
        if ((!owner.idle() && !unconfirmed) || owner.used + state.lease() > now) {
          ++it;
          continue;
        }
        while (!owner.opens.empty()) end_open_locked(*owner.opens.begin()->second, &ended);
        if (owner.closed) ended.push_back(std::exchange(owner.closed, {}));
        gone.push_back(it->second);
        it = owners->erase(it);
      }
  }
  end_all(state, ended);
}

// --- OPEN --------------------------------------------------------------------------------------------------

nfsstat4 open_file(Compound& c, const Ref<StateOwner>& owner, const Place& file, Ref<FileHold> hold,
                   state::ShareMode mode, bool reclaim, Opened* out) {
  State& state = *c.server.state;
  state::FilePin pin = state.files.pin(file_key(file));
  const state::ClaimedFile* key = &*pin;
  Client& client = *owner->client;
  std::lock_guard held(client.mutex);
  if (client.gone()) return NFS4ERR_EXPIRED;
  // Its lease ended since it was admitted, and its state was taken.
  if (!client.recorded.load(std::memory_order_acquire)) return NFS4ERR_DELAY;
  // While the file was looked for the owner may have been forgotten, and another of its name made.
  owner->used = state.now();
  if (client.open_owners.try_emplace(owner->who.name, owner).first->second.get() != owner.get())
    return NFS4ERR_DELAY;
  auto it = owner->opens.find(key);
  std::lock_guard lock(pin->mutex());
  // Under the file's mutex: what others take when the grace period is over comes after this.
  if (reclaim && !state.recovery.in_grace()) return NFS4ERR_NO_GRACE;
  const state::Verdict verdict = pin->claims.judge(owner->who, state::OpenAccess{mode.access, mode.deny});
  if (verdict.kind == state::Verdict::Kind::recall) return NFS4ERR_DELAY;
  if (!verdict.proceed()) {
    if (verdict.holder != nullptr && verdict.holder->protocol == state::Protocol::nfs4)
      out->in_the_way = static_cast<u32>(verdict.holder->client);
    return reclaim ? NFS4ERR_RECLAIM_CONFLICT : NFS4ERR_SHARE_DENIED;
  }
  if (!state.recovery.roster.cleared()) return NFS4ERR_DELAY;
  if (it == owner->opens.end()) {
    if (client.states >= Client::kMaxStates) return too_many(c);
    state::ClaimedFile& claimed = *pin;
    out->open =
        Ref<Open>::adopt(new Open(owner, std::move(pin), std::move(hold), file.node, Principal::of(c.call)));
    state.add(out->open);
    owner->opens.emplace(key, out->open);
    ++client.states;
    out->open->mode = mode;
    out->open->asked = combination(mode);
    claimed.claims.set_share(owner->who, mode);
    out->stateid = out->open->stateid();
  } else {
    Open& open = *it->second;
    out->open = it->second;
    out->before = open.mode;
    out->asked_before = open.asked;
    open.mode.access |= mode.access;
    open.mode.deny |= mode.deny;
    open.asked |= combination(mode);
    pin->claims.set_share(owner->who, open.mode);
    out->stateid = open.next_stateid();
  }
  return NFS4_OK;
}

void undo_open(Compound& c, const Opened& opened) {
  Open& open = *opened.open;
  Ended ended;
  {
    std::lock_guard held(open.client().mutex);
    std::lock_guard lock(open.file->mutex());
    // Another OPEN of the same owner has built on it meanwhile: that one stays.
    if (open.client().gone() || !open.live || open.stateid().seqid != opened.stateid.seqid) return;
    if (opened.before.access == 0) {
      end_open_locked(open, &ended);
    } else {
      open.mode = opened.before;
      open.asked = opened.asked_before;
      open.file->claims.set_share(open.owner->who, open.mode);
      return;
    }
  }
  end_all(*c.server.state, ended);
}

// --- what comes after it -----------------------------------------------------------------------------------

CLOSE4res close_open(Compound& c, const Ref<Open>& open, u32 seqid) {
  State& state = *c.server.state;
  CLOSE4res res{};
  Ended ended;
  Ref<FileHold> last;
  {
    TellWaiters tell(state, *open->file);
    Client& client = open->client();
    std::lock_guard held(client.mutex);
    if (client.gone()) return with_status<CLOSE4res>(NFS4ERR_BAD_STATEID);
    open->owner->used = state.now();
    {
      std::lock_guard lock(open->file->mutex());
      if ((res.status = check_seqid(c, *open, seqid)) != NFS4_OK) return res;
      res.open_stateid = open->next_stateid();
      last = open->withdraw_locked();
      tell.look(open->leave_queue_locked());
    }
    end_open_locked(*open, &ended);
    if (c.minor == 0) {
      // It may come again: then it is answered by what the owner remembers, which is found by this stateid.
      ended.pop_back();
      open->owner->closed = Ref<StateRecord>::share(open.get());
    }
  }
  trace_ended(state.server.trace, *open, Gone::closed);
  end_all(state, ended);
  // RFC 8881 18.2.4: the invalid special stateid, since nothing is left to be named.
  if (c.minor > 0) res.open_stateid = {UINT32_MAX, {}};
  return res;
}

OPEN_DOWNGRADE4res downgrade_open(Compound& c, Open& open, u32 seqid, state::ShareMode mode) {
  OPEN_DOWNGRADE4res res{};
  TellWaiters tell(*c.server.state, *open.file);
  std::lock_guard lock(open.file->mutex());
  if ((res.status = check_seqid(c, open, seqid)) != NFS4_OK) return res;
  u16 kept;
  if (!downgrades_to(open.asked, mode, &kept)) return with_status<OPEN_DOWNGRADE4res>(NFS4ERR_INVAL);
  open.mode = mode;
  open.asked = kept;
  open.file->claims.set_share(open.owner->who, mode);
  tell.look();
  res.resok4 = {open.next_stateid()};
  return res;
}

OPEN_CONFIRM4res confirm_open(Compound& c, Open& open, u32 seqid) {
  OPEN_CONFIRM4res res{};
  std::lock_guard lock(open.file->mutex());
  if ((res.status = check_seqid(c, open, seqid)) != NFS4_OK) return res;
  // RFC 7530 16.18.4: nobody asked for it.
  if (open.owner->confirmed.exchange(true)) return with_status<OPEN_CONFIRM4res>(NFS4ERR_BAD_STATEID);
  res.resok4 = {open.next_stateid()};
  return res;
}

}  // namespace dfs::nfs4
