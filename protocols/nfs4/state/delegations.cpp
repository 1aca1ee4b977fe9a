#include "protocols/nfs4/state/delegations.h"

#include "engine/base/log.h"
#include "protocols/nfs4/callback/cb_getattr.h"
#include "protocols/nfs4/callback/cb_recall.h"
#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4 {
namespace {

constexpr fs::Credential kServer{0, 0, {}, false};  // what is done in nobody's name

}  // namespace

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

// --- for other protocols ----------------------------------------------------------------------------------

namespace {

const state::Owner kStranger{state::Protocol::nlm, 0, {}};

struct HeldPromise final : fs::Promises::Held {
  explicit HeldPromise(state::HeldWay w) : way(std::move(w)) {}
  state::HeldWay way;
};

state::Access access_of(fs::Touch what) {
  switch (what) {
    case fs::Touch::look:
    case fs::Touch::read:
      return state::ReadAccess{};
    case fs::Touch::write:
      return state::WriteAccess{};
    case fs::Touch::change:
      return state::ChangeAccess{};
    case fs::Touch::unlink:
      return state::UnlinkAccess{};
    case fs::Touch::add_entry:
      return state::DirectoryAccess{state::kEntryAdded};
    case fs::Touch::remove_entry:
      return state::DirectoryAccess{state::kEntryRemoved};
    case fs::Touch::rename_entry:
      return state::DirectoryAccess{state::kEntryRenamed};
  }
  return state::ChangeAccess{};
}

u8 change_of(fs::EntryChange::Kind kind) {
  switch (kind) {
    case fs::EntryChange::Kind::added:
      return state::kEntryAdded;
    case fs::EntryChange::Kind::removed:
      return state::kEntryRemoved;
    case fs::EntryChange::Kind::renamed:
      return state::kEntryRenamed;
  }
  return 0;
}

}  // namespace

Async<fs::Promises::Clear> Delegations::clear(const fs::FileSystem& file_system, fs::FileId object,
                                              fs::Touch what) {
  const state::FileKey key{&file_system, object};
  std::unique_ptr<Held> held;
  if (what != fs::Touch::look && what != fs::Touch::read)
    held = std::make_unique<HeldPromise>(state::HeldWay(state_.files.pin(key), kStranger));
  return then(clear(key, kStranger, access_of(what)), [held = std::move(held)](bool clear) mutable {
    return Clear{clear, std::move(held)};
  });
}

void Delegations::entry_changed(const fs::FileSystem& file_system, const fs::EntryChange& what) {
  state_.directories.entry_changed(file_system, what);
  recall_late({&file_system, what.dir.after.id}, what.by, state::DirectoryAccess{change_of(what.kind)});
}

void Delegations::object_changed(const fs::FileSystem& file_system, const fs::Change& object, fs::Doer by) {
  state_.directories.object_changed(file_system, object, by);
  if (object.after.type == fs::FileType::directory)
    recall_late({&file_system, object.after.id}, by, state::ChangeAccess{});
}

void Delegations::recall_late(const state::FileKey& file, fs::Doer by, const state::Access& access) {
  const state::Owner who = by == 0 ? kStranger : state::Owner{state::Protocol::nfs4, by, {}};
  for (const Ref<Delegation>& d : in_the_way(file, who, access, 0)) begin_recall(d);
}

// Nobody can be asked for the delegation of a directory that is no more: it is revoked at once, that of
// whoever removed it too. A file of which somebody has a delegation is held, and is his until he gives it
// back.
void Delegations::object_gone(const fs::FileSystem& file_system, fs::FileId object) {
  for (const Ref<Delegation>& d : in_the_way({&file_system, object}, kStranger, state::UnlinkAccess{}, 0))
    if (d->type() == DelegationType::directory) revoke(d);
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
  bool waits;
  {
    // Who is giving it back is about to write what he has: that is waited for.
    std::lock_guard lock(found[0]->file->mutex());
    waits = found[0]->recalled || found[0]->previous;
  }
  if (waits) return clear(file_key(file), who, state::ReadAccess{}, connection);
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
  if (ours.error != fs::FsError::ok) co_return true;  // gone: GETATTR says so
  const WallTime wall = state_.server.clock.wall();
  if (has->accessed) c.held.accessed = vetted(*has->accessed, d->times.atime, wall);
  const bool same = has->change == ours.node.change && has->size == ours.node.size;
  {
    std::lock_guard lock(d->file->mutex());
    if (same && !d->holder_wrote) co_return true;
    d->holder_wrote = true;
  }
  // RFC 8881 10.4.3: from then on the file is modified anew for each that asks, "time_modify" and all. That
  // is the file's own: it is never again less than what somebody was told.
  fs::SetAttr modified;
  modified.mtime_how = fs::SetAttr::Time::server;
  if (has->modified) {
    // Then it is for the holder to say when; before it has written nobody has.
    const auto at = vetted(*has->modified, d->times.mtime, wall);
    modified.mtime_how = fs::SetAttr::Time::client;
    modified.mtime = at.value_or(ours.node.mtime);
  }
  Async<fs::SetAttrResult> modifying = file.fs().setattr(kServer, file.node, modified);
  const fs::SetAttrResult r = co_await modifying;
  if (r.error == fs::FsError::ok) c.held.size = has->size;
  if (r.error == fs::FsError::ok) fs::Telling(this, file.fs(), d->client().number).changed(r.node);
  co_return r.error == fs::FsError::ok || r.error == fs::FsError::stale;
}

void Delegations::begin_recall(const Ref<Delegation>& d) {
  if (state_.server.faults.check(fault::Point::state_grant_recall, fault_context(*d))) return;
  {
    std::lock_guard lock(d->file->mutex());
    // Whom it was kept for does not know it yet, and cannot give it back.
    if (!d->live || d->previous || std::exchange(d->recalled, true)) return;
  }
  count_of(d->type()).recalled.fetch_add(1, std::memory_order_relaxed);
  if (Trace& trace = state_.server.trace; trace.enabled())
    trace.emit(event::Nfs4DelegationRecalled{d->client().id.value, d->node.id.value});
  bar(d->file->key);
  state_.callbacks.spawn([this, d] { return take_back(d); });
}

Task<void> Delegations::take_back(Ref<Delegation> d) {
  const Nanos deadline = state_.now() + state_.lease();
  // RFC 8881 10.4.5, RFC 7530 10.4.5: the client has a lease period to give it back.
  Task<bool> asking = recall(state_.callbacks, d, state_.server.clock, deadline);
  if (co_await asking) co_return;
  // That of a directory is not claimed again (RFC 8881 10.9.5).
  if (d->type() == DelegationType::directory) {
    revoke(d);
    co_return;
  }
  // Before anybody is let in: its holder could reclaim it after a restart, over what others have written.
  Roster& roster = state_.recovery.roster;
  roster.loses_delegation(d->client());
  Async<fs::FsError> settling = roster.settle();
  if (const fs::FsError e = co_await settling; e != fs::FsError::ok)
    log::error("a revoked delegation could not be recorded: {}", fs::name(e));
  revoke(d);
}

// --- the end -----------------------------------------------------------------------------------------------

void Delegations::ended(Delegation& d) {
  count_.fetch_sub(1, std::memory_order_relaxed);
  count_of(d.type()).outstanding.fetch_sub(1, std::memory_order_relaxed);
  if (d.type() == DelegationType::directory) state_.directories.ended(static_cast<DirectoryDelegation&>(d));
  state_.callbacks.waits.change(d.ended);
  wants.room_again();
}

void Delegations::not_taken(const Ref<Delegation>& d, const CbResult& r) {
  // Nobody knows whether the client has it: it is asked for it.
  if (!r.answered()) return begin_recall(d);
  {
    std::lock_guard held(d->client().mutex);
    if (d->client().gone() || d->client().delegations.erase(&*d->file) == 0) return;
    --d->client().states;
  }
  state_.end(*d, Gone::closed);
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
  count_of(d->type()).returned.fetch_add(1, std::memory_order_relaxed);
  state_.end(*d, Gone::closed);
  return NFS4_OK;
}

fault::Context Delegations::fault_context(const Delegation& d) {
  return {.file = d.node.id.value, .client = d.client().id.value};
}

void Delegations::revoke(const Ref<Delegation>& d) {
  if (state_.server.faults.check(fault::Point::state_grant_revoke, fault_context(*d))) return;
  Client& client = d->client();
  const bool told = client.facet != Facet::v40;
  {
    std::lock_guard held(client.mutex);
    if (client.gone() || client.delegations.erase(&*d->file) == 0) return;
    --client.states;
    // SEQUENCE says so until the client has freed it. 4.0 has no such way, the stateid is EXPIRED.
    if (told) client.revoke_locked(d->other, Revoked::recallable);
  }
  count_of(d->type()).revoked.fetch_add(1, std::memory_order_relaxed);
  state_.end(*d, told ? Gone::revoked : Gone::expired);
  if (Trace& trace = state_.server.trace; trace.enabled())
    trace.emit(event::Nfs4DelegationRevoked{client.id.value, d->node.id.value});
}

}  // namespace dfs::nfs4
