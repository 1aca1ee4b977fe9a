#include "protocols/nfs4/state/snapshot.h"

#include <algorithm>
#include <set>

#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {
namespace {

template <class Bytes>
std::string text(const Bytes& b) {
  return std::string(reinterpret_cast<const char*>(b.data()), b.size());
}

snapshot::Session view(const Session& s) {
  snapshot::Session out;
  out.id = text(s.id);
  out.callback_program = s.callback_program();
  out.persistent = s.persistent;
  out.max_request = s.fore.max_request;
  out.max_response = s.fore.max_response;
  out.max_response_cached = s.fore.max_response_cached;
  out.max_operations = s.fore.max_operations;
  for (const auto& slot : s.slots())
    out.slots.push_back({slot.sequence, slot.busy, slot.cached, slot.reply_size});
  for (const auto& c : s.connections())
    out.connections.push_back(
        {c.id, (c.directions & Session::kFore) != 0, (c.directions & Session::kBack) != 0});
  return out;
}

snapshot::Owner view(StateOwner& o) {
  snapshot::Owner out;
  out.name = o.who.name;
  // Whoever has the turn is changing it.
  if (o.turn.try_take()) {
    out.known = o.last.known;
    out.seqid = o.last.seqid;
    o.turn.pass();
  }
  out.confirmed = o.confirmed;
  out.opens = static_cast<u32>(o.opens.size());
  out.locks = static_cast<u32>(o.locks.size());
  return out;
}

template <class Out>
Out stateid_of(const StateRecord& r) {
  Out out;
  if constexpr (requires { out.owner; }) out.owner = r.owner->who.name;
  out.other = text(r.other);
  out.seqid = r.seqid;
  out.file_id = r.node.id.value;
  out.file_system = text(r.file->key.file_system->uuid());
  return out;
}

// The client's mutex is held.
snapshot::Open view(const Open& o) {
  std::lock_guard lock(o.file->mutex());
  auto out = stateid_of<snapshot::Open>(o);
  out.access = o.mode.access;
  out.deny = o.mode.deny;
  out.locks = static_cast<u32>(o.locks.size());
  return out;
}

snapshot::Lock view(const LockState& l) {
  std::lock_guard lock(l.file->mutex());
  auto out = stateid_of<snapshot::Lock>(l);
  for (const state::ByteRange& r : l.file->claims.ranges())
    if (r.owner == &l.owner->who) out.ranges.push_back({r.range.first, r.range.last, r.exclusive});
  return out;
}

snapshot::Delegation view(const Delegation& d) {
  std::lock_guard lock(d.file->mutex());
  auto out = stateid_of<snapshot::Delegation>(d);
  out.type = name_of(d.type());
  out.write = d.write;
  out.recalled = d.recalled;
  if (d.type() == DelegationType::directory)
    out.notifications = static_cast<const DirectoryDelegation&>(d).notices.types;
  out.previous = d.previous;
  out.times = d.times.given;
  return out;
}

// Names order what a hash table gives in any order.
void sort(snapshot::Client& c) {
  auto by_name = [](auto& a, auto& b) { return a.name < b.name; };
  std::sort(c.open_owners.begin(), c.open_owners.end(), by_name);
  std::sort(c.lock_owners.begin(), c.lock_owners.end(), by_name);
  auto by_owner = [](auto& a, auto& b) { return std::tie(a.owner, a.other) < std::tie(b.owner, b.other); };
  std::sort(c.opens.begin(), c.opens.end(), by_owner);
  std::sort(c.locks.begin(), c.locks.end(), by_owner);
  std::sort(c.wants.begin(), c.wants.end(),
            [](auto& a, auto& b) { return std::tie(a.file_id, a.push) < std::tie(b.file_id, b.push); });
  std::sort(c.delegations.begin(), c.delegations.end(), [](auto& a, auto& b) { return a.other < b.other; });
}

snapshot::Client view(State& state, const Client& c) {
  snapshot::Client out;
  std::lock_guard lock(c.mutex);
  out.id = c.id.value;
  out.minor = c.facet == Facet::v40 ? 0 : 1;
  out.owner = c.owner;
  out.implementation = c.implementation;
  out.confirmed = c.confirmed();
  out.reclaim_complete = c.reclaim_complete;
  out.may_reclaim = c.may_reclaim;
  out.recorded = c.recorded;
  for (const auto& [other, why] : c.revoked) out.revoked.push_back(text(other));
  const Nanos ends = c.renewed.load(std::memory_order_relaxed) + state.lease();
  out.lease_left = static_cast<double>(ends - state.now()) / static_cast<double>(kSecond);
  out.courtesy = out.lease_left <= 0 && c.confirmed() && c.has_locks_locked();
  for (const auto& s : c.sessions) out.sessions.push_back(view(*s));
  for (const auto& [file, d] : c.delegations) out.delegations.push_back(view(*d));
  for (const auto& w : state.delegations.wants.of(c))
    out.wants.push_back({w.file_id, w.write, w.kind == DelegationWants::Kind::contended});
  out.callback_path = name_of(c.path.load());
  for (const auto& [name, owner] : c.open_owners) {
    out.open_owners.push_back(view(*owner));
    for (const auto& [file, open] : owner->opens) out.opens.push_back(view(*open));
  }
  for (const auto& [name, owner] : c.lock_owners) {
    out.lock_owners.push_back(view(*owner));
    for (const auto& [file, locks] : owner->locks) out.locks.push_back(view(*locks));
  }
  sort(out);
  return out;
}

}  // namespace

Snapshot take_snapshot(State& state) {
  Snapshot out;
  for (const Ref<Client>& c : state.clients.all()) out.clients.push_back(view(state, *c));
  state.files.each([&](const state::ClaimedFile& f) {
    out.files.push_back({f.key.id.value, text(f.key.file_system->uuid()),
                         static_cast<u32>(f.claims.shares().size()),
                         static_cast<u32>(f.claims.ranges().size()),
                         static_cast<u32>(f.claims.grants().size()), static_cast<u32>(f.claims.changes())});
  });
  std::sort(out.files.begin(), out.files.end(), [](auto& a, auto& b) {
    return std::tie(a.file_system, a.file_id) < std::tie(b.file_system, b.file_id);
  });
  for (const Roster::Entry& e : state.recovery.roster.entries())
    out.roster.push_back({e.facet == Facet::v40 ? 0u : 1u, e.owner, text(e.verifier),
                          e.holder == 0 ? 0 : client_id(state.epoch, e.holder).value, e.complete});
  out.grace = {state.recovery.in_grace(),
               static_cast<double>(state.recovery.left()) / static_cast<double>(kSecond)};
  for (size_t i = 0; i < kDelegationTypes; ++i) {
    const auto type = static_cast<DelegationType>(i);
    const DelegationCount& n = state.delegations.counted(type);
    out.delegations.push_back({name_of(type), n.outstanding, n.granted, n.recalled, n.returned, n.revoked});
  }
  const DirectoryDelegations::Waiting waiting = state.directories.waiting();
  out.notifications = {waiting.watches, waiting.news, waiting.notices};
  for (const Persistence::View& d : state.persistence.dead()) {
    snapshot::DeadSession s{
        text(d.id),
        d.session->of.owner,
        static_cast<double>(d.session->ends() - state.now()) / static_cast<double>(kSecond),
        {}};
    for (const auto& [slot, r] : d.session->replies) s.replies.push_back({slot, r.sequence, r.count, r.kept});
    out.dead_sessions.push_back(std::move(s));
  }
  out.stateids = state.records.size();
  out.sessions = state.sessions.size();
  return out;
}

namespace {

// Each persistent session and each dead one has rows, and nobody else has.
void check_persistence(State& state, const Snapshot& s, std::vector<std::string>& wrong) {
  std::set<std::string> known;
  for (const snapshot::Client& c : s.clients)
    for (const snapshot::Session& of : c.sessions)
      if (of.persistent) known.insert(of.id);
  for (const snapshot::DeadSession& d : s.dead_sessions) known.insert(d.id);
  std::set<std::string> rows;
  for (const sessionid4& id : state.persistence.recorded()) rows.insert(text(id));
  if (known != rows)
    wrong.push_back(
        fmt::format("{} sessions are persistent or dead, and {} have rows", known.size(), rows.size()));
}

}  // namespace

std::vector<std::string> check_invariants(State& state) {
  std::vector<std::string> wrong;
  const Snapshot s = take_snapshot(state);
  size_t sessions = 0, stateids = 0, opens = 0, ranges = 0, closed = 0, delegations = 0, wants = 0;
  for (const snapshot::Client& c : s.clients) {
    const std::string who = fmt::format("client {:#x}", c.id);
    sessions += c.sessions.size();
    stateids += c.opens.size() + c.locks.size() + c.delegations.size();
    delegations += c.delegations.size();
    wants += c.wants.size();
    opens += c.opens.size();
    if (!c.confirmed && (!c.sessions.empty() || !c.opens.empty()))
      wrong.push_back(who + " has state and was never confirmed");
    if (c.minor == 0 && !c.sessions.empty()) wrong.push_back(who + " of 4.0 has a session");
    if (!c.recorded && !c.opens.empty()) wrong.push_back(who + " has state and no row in the roster");
    if (c.recorded &&
        std::none_of(s.roster.begin(), s.roster.end(), [&](auto& r) { return r.client == c.id; }))
      wrong.push_back(who + " is said to be in the roster");
    u32 of_opens = 0;
    for (const snapshot::Open& o : c.opens) {
      of_opens += o.locks;
      if (o.access == 0 || o.access > 3 || o.deny > 3)
        wrong.push_back(fmt::format("{}: an open of file {} has access {} and deny {}", who, o.file_id,
                                    o.access, o.deny));
    }
    if (of_opens != c.locks.size())
      wrong.push_back(fmt::format("{}: {} lock stateids, but opens have {}", who, c.locks.size(), of_opens));
    for (const snapshot::Lock& l : c.locks) ranges += l.ranges.size();
    for (const snapshot::Session& of : c.sessions)
      for (size_t i = 0; i < of.slots.size(); ++i)
        if (of.slots[i].busy) wrong.push_back(fmt::format("{}: slot {} is in use", who, i));
  }
  for (const Ref<Client>& c : state.clients.all()) {
    std::lock_guard lock(c->mutex);
    for (const auto& [name, owner] : c->open_owners) closed += bool(owner->closed);
  }
  for (const snapshot::Reclaimer& r : s.roster) {
    if (r.client == 0 && !s.grace.active)
      wrong.push_back("the roster has somebody who missed the grace period");
    if (r.client != 0 &&
        std::none_of(s.clients.begin(), s.clients.end(), [&](auto& c) { return c.id == r.client; }))
      wrong.push_back(fmt::format("the roster has client {:#x}, which is gone", r.client));
  }
  check_persistence(state, s, wrong);
  size_t shares = 0, locked = 0, grants = 0;
  for (const snapshot::File& f : s.files) {
    if (f.changes != 0) wrong.push_back(fmt::format("file {}: a change is under way for ever", f.file_id));
    shares += f.shares;
    locked += f.ranges;
    grants += f.grants;
  }
  auto agree = [&](const char* what, size_t have, size_t want) {
    if (have != want) wrong.push_back(fmt::format("{}: {} and {}", what, have, want));
  };
  agree("sessions that are found, and that clients have", s.sessions, sessions);
  agree("stateids that are found, and that clients have", s.stateids, stateids + closed);
  agree("share reservations of files, and opens of clients", shares, opens);
  agree("locked ranges of files, and of clients", locked, ranges);
  agree("grants of files, and delegations of clients", grants, delegations);
  agree("delegations that are counted, and that clients have", state.delegations.count(), delegations);
  for (const snapshot::DelegationCount& n : s.delegations) {
    size_t have = 0;
    for (const snapshot::Client& c : s.clients)
      have += static_cast<size_t>(std::count_if(c.delegations.begin(), c.delegations.end(),
                                                [&](auto& d) { return std::string_view(d.type) == n.type; }));
    agree("delegations of a type that are counted, and that clients have", n.outstanding, have);
  }
  agree("wants that are kept, and of clients that there are", state.delegations.wants.count(), wants);
  state.files.each([&](const state::ClaimedFile& f) {
    for (const state::Grant& g : f.claims.grants()) {
      const auto record = state.records.find(Delegations::number_of(g.tag)).record;
      if (!record || record->kind != StateKind::delegation || &*record->file != &f)
        wrong.push_back(fmt::format("file {} has a grant that is no delegation", f.key.id.value));
      else if (!static_cast<Delegation&>(*record).recalled && !f.claims.may_grant(*g.owner, g.what))
        wrong.push_back(fmt::format("file {} has a delegation that others contradict", f.key.id.value));
    }
  });
  return wrong;
}

}  // namespace dfs::nfs4
