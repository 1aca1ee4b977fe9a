#include "protocols/nfs4/state/persistence.h"

#include <algorithm>

#include "engine/fs/durable.h"
#include "engine/fs/session_rows.h"
#include "protocols/nfs4/program.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {
namespace {

using Table = fs::MetadataView::Table;

std::string_view key_of(const sessionid4& id) {
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

sessionid4 id_of(std::string_view key) {
  sessionid4 id;
  std::memcpy(id.data(), key.data(), id.size());
  return id;
}

// The session's row and those of its replies.
fs::FsError erase_rows(fs::MetadataTxn& txn, const sessionid4& id) {
  std::vector<std::string> keys;
  const fs::FsError e = txn.rows(Table::session, key_of(id), {}, [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return true;
  });
  if (e != fs::FsError::ok) return e;
  for (const std::string& key : keys) txn.erase_row(Table::session, key);
  return fs::FsError::ok;
}

// Of two stores that have a reply of one slot the later one counts: a request's changes are made, and become
// durable, one after the other.
bool newer(const SavedReply& a, const SavedReply& b) {
  const auto ahead = static_cast<i32>(a.sequence - b.sequence);
  return ahead != 0 ? ahead > 0 : a.count > b.count;
}

}  // namespace

Persistence::Persistence(State& state) : state_(state) {
  for (const auto& e : state.server.exports.all()) {
    fs::MetadataStore* store = &e->file_system->metadata();
    if (std::find(stores_.begin(), stores_.end(), store) == stores_.end()) stores_.push_back(store);
  }
  available_ = !stores_.empty() &&
               std::all_of(stores_.begin(), stores_.end(), [](fs::MetadataStore* s) { return s->durable(); });
}

// --- what an earlier run left ------------------------------------------------------------------------------

fs::FsError Persistence::load(fs::MetadataStore& store) {
  std::map<sessionid4, DeadSession> found;
  std::vector<sessionid4> unknown;
  auto take = [&](std::string_view key, std::string_view value) {
    if (key.size() < fs::kSessionKey) return true;
    const sessionid4 id = id_of(key);
    SavedSession session;
    SavedReply reply;
    // What a later version wrote is a session that was lost: BADSESSION, and its client begins anew.
    if (key.size() == fs::kSessionKey ? decode(value, &session)
                                      : found.contains(id) && decode(value, &reply)) {
      if (key.size() == fs::kSessionKey)
        found[id].of = std::move(session);
      else
        found[id].replies[fs::slot_of(key)] = std::move(reply);
    } else {
      unknown.push_back(id);
    }
    return true;
  };
  auto all = [&](fs::MetadataView& view) {
    found.clear();  // a store may have to read again
    unknown.clear();
    return view.rows(Table::session, {}, {}, take);
  };
  if (const fs::FsError e = run_blocking(store.read(all)); e != fs::FsError::ok) return e;
  for (const sessionid4& id : unknown) found.erase(id);
  erase_soon(unknown);
  std::lock_guard lock(mutex_);
  for (auto& [id, left] : found) {
    auto& there = dead_[id];
    auto merged = std::make_shared<DeadSession>();
    merged->of = left.of;
    merged->used = state_.now();
    if (there) merged->replies = there->replies;
    for (auto& [slot, reply] : left.replies) {
      auto [it, fresh] = merged->replies.try_emplace(slot, reply);
      if (!fresh && newer(reply, it->second)) it->second = std::move(reply);
    }
    there = std::move(merged);
  }
  return fs::FsError::ok;
}

std::string Persistence::begin() {
  for (fs::MetadataStore* store : stores_)
    if (const fs::FsError e = load(*store); e != fs::FsError::ok)
      return fmt::format("the persistent sessions of NFSv4 clients cannot be read: {}", fs::name(e));
  return {};
}

std::shared_ptr<const DeadSession> Persistence::find(const sessionid4& id) {
  std::lock_guard lock(mutex_);
  auto it = dead_.find(id);
  if (it == dead_.end()) return {};
  it->second->used.store(state_.now(), std::memory_order_relaxed);
  return it->second;
}

std::vector<Persistence::View> Persistence::dead() const {
  std::lock_guard lock(mutex_);
  std::vector<View> out;
  for (const auto& [id, session] : dead_) out.push_back({id, session});
  return out;
}

std::vector<sessionid4> Persistence::recorded() const {
  std::vector<sessionid4> out;
  for (fs::MetadataStore* store : stores_)
    (void)run_blocking(store->read([&](fs::MetadataView& view) {
      return view.rows(Table::session, {}, {}, [&](std::string_view key, std::string_view) {
        out.push_back(id_of(key));
        return true;
      });
    }));
  return out;
}

// --- the end of dead sessions ------------------------------------------------------------------------------

void Persistence::start(Loop& loop) {
  std::lock_guard lock(mutex_);
  loop_ = &loop;
  arm_locked();
}

void Persistence::stop() {
  std::lock_guard lock(mutex_);
  if (loop_ != nullptr && timer_ != 0) loop_->cancel(timer_);
  loop_ = nullptr;
  timer_ = 0;
}

void Persistence::arm_locked() {
  if (dead_.empty()) return;
  Nanos next = LLONG_MAX;
  for (const auto& [id, session] : dead_) next = std::min(next, session->ends());
  timer_ = loop_->after(std::max<Nanos>(0, next - state_.now()), [this] { look(); });
}

void Persistence::look() {
  std::vector<sessionid4> over;
  {
    std::lock_guard lock(mutex_);
    timer_ = 0;
    const Nanos now = state_.now();
    std::erase_if(dead_, [&](const auto& d) {
      if (d.second->ends() > now) return false;
      over.push_back(d.first);
      return true;
    });
    if (loop_ != nullptr) arm_locked();
  }
  erase_soon(over);
}

void Persistence::succeeded_by(const Client& client) {
  std::vector<sessionid4> over;
  {
    std::lock_guard lock(mutex_);
    std::erase_if(dead_, [&](const auto& d) {
      const SavedSession& of = d.second->of;
      // Another principal's use of the name says nothing about whose it was.
      if (client.facet != Facet::v41 || of.owner != client.owner || of.principal != client.principal ||
          of.verifier == client.verifier)
        return false;
      over.push_back(d.first);
      return true;
    });
  }
  erase_soon(over);
}

// --- rows --------------------------------------------------------------------------------------------------

template <class Change>
Task<fs::FsError> Persistence::in_every_store(Change change) {
  for (fs::MetadataStore* store : stores_) {
    Task<fs::FsError> updating = fs::update_durably(*store, change);
    const fs::FsError e = co_await updating;
    if (e != fs::FsError::ok) co_return e;
  }
  co_return fs::FsError::ok;
}

Async<fs::FsError> Persistence::add(const Session& session) {
  const Client& client = *session.client;
  return add_later(session.id, encode(SavedSession{
                                   session.minor, session.fore.max_response, session.fore.max_response_cached,
                                   session.fore.max_requests, static_cast<u32>(state_.lease() / kSecond),
                                   client.principal, client.verifier, client.owner}));
}

Task<fs::FsError> Persistence::add_later(sessionid4 id, std::string row) {
  return in_every_store([id, row = std::move(row)](fs::MetadataTxn& txn) {
    txn.put_row(Table::session, key_of(id), row);
    return fs::FsError::ok;
  });
}

Async<fs::FsError> Persistence::erase(const sessionid4& id) {
  {
    std::lock_guard lock(mutex_);
    dead_.erase(id);
  }
  return erase_later(id);
}

Task<fs::FsError> Persistence::erase_later(sessionid4 id) {
  return in_every_store([id](fs::MetadataTxn& txn) { return erase_rows(txn, id); });
}

void Persistence::erase_soon(const std::vector<sessionid4>& ids) {
  if (ids.empty()) return;
  // Of a store that would have to wait nothing has begun: what stays is dead after the next start, until a
  // lease has passed.
  for (fs::MetadataStore* store : stores_)
    (void)store->update([&](fs::MetadataTxn& txn) {
      for (const sessionid4& id : ids)
        if (const fs::FsError e = erase_rows(txn, id); e != fs::FsError::ok) return e;
      return fs::FsError::ok;
    });
}

void Persistence::forget(const Client& client) {
  std::vector<sessionid4> over;
  {
    std::lock_guard lock(client.mutex);
    for (const Ref<Session>& s : client.sessions)
      if (s->persistent) over.push_back(s->id);
  }
  erase_soon(over);
}

}  // namespace dfs::nfs4
