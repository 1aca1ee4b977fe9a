#include "protocols/nfs4/attrs/changed.h"
#include "protocols/nfs4/callback/cb_notify.h"
#include "protocols/nfs4/state/state.h"

// From what happened to what a client is told: the other half of DirectoryDelegations.
namespace dfs::nfs4 {
namespace {

using nfs4_cb::NOTIFY4_ADD_ENTRY;
using nfs4_cb::NOTIFY4_CHANGE_CHILD_ATTRS;
using nfs4_cb::NOTIFY4_CHANGE_DIR_ATTRS;
using nfs4_cb::NOTIFY4_REMOVE_ENTRY;
using nfs4_cb::NOTIFY4_RENAME_ENTRY;

DirectoryNews::Kind kind_of(fs::EntryChange::Kind k) {
  if (k == fs::EntryChange::Kind::added) return DirectoryNews::Kind::added;
  return k == fs::EntryChange::Kind::removed ? DirectoryNews::Kind::removed : DirectoryNews::Kind::renamed;
}

using Tidings = std::vector<DirectoryTidings>;

// Attributes are those of the end of the batch: once is enough.
void tell_child(const DirectoryDelegation& d, DirectoryTidings t,
                const std::vector<DirectoryTidings::Entry>& names, Tidings* out) {
  t.attributes = d.notices.child;
  for (const DirectoryTidings::Entry& e : names) {
    t.entry = e;
    const bool again = std::any_of(out->begin(), out->end(), [&](const DirectoryTidings& other) {
      return other.type == t.type && other.entry.cookie == e.cookie;
    });
    if (!again) out->push_back(t);
  }
}

void tell_own_attributes(const DirectoryDelegation& d, Tidings* out) {
  std::erase_if(*out, [](const DirectoryTidings& other) { return other.type == NOTIFY4_CHANGE_DIR_ATTRS; });
  DirectoryTidings t;
  t.type = NOTIFY4_CHANGE_DIR_ATTRS;
  t.entry.node = d.node;
  t.attributes = d.notices.own;
  out->push_back(std::move(t));
}

// What one holder is told of the news, `t`; `names`: of a child.
void tell(const DirectoryDelegation& d, const DirectoryNews& n, DirectoryTidings t,
          const std::vector<DirectoryTidings::Entry>& names, Tidings* out) {
  const DirectoryNotices& wants = d.notices;
  if (d.lost || (n.of_directory() && n.after <= d.since)) return;
  // One's own changes of attributes are known to oneself (RFC 8881 20.4.3).
  const bool own = n.by != 0 && n.by == d.client().number;
  if (n.kind == DirectoryNews::Kind::child) {
    if (!own && wants.has(t.type) && wants.child.intersects(n.changed))
      tell_child(d, std::move(t), names, out);
    return;
  }
  if (n.kind != DirectoryNews::Kind::directory && wants.has(t.type)) {
    if (n.kind != DirectoryNews::Kind::removed) t.attributes = wants.child;
    out->push_back(std::move(t));
  }
  if (own && n.kind == DirectoryNews::Kind::directory) return;
  if (wants.has(NOTIFY4_CHANGE_DIR_ATTRS) && wants.own.intersects(n.changed)) tell_own_attributes(d, out);
}

}  // namespace

// --- what happened -----------------------------------------------------------------------------------------

void DirectoryDelegations::entry_changed(const fs::FileSystem& files, const fs::EntryChange& what) {
  if (nobody_listens()) return;
  DirectoryNews n;
  n.kind = kind_of(what.kind);
  n.before = what.dir.before.change;
  n.after = what.dir.after.change;
  n.name = what.name;
  n.new_name = what.new_name;
  n.node = what.node;
  n.cookie = what.dir.before.next_cookie;
  n.changed = changed_attrs(what.dir);
  n.by = what.by;
  hear({&files, what.dir.after.id}, std::move(n));
}

void DirectoryDelegations::object_changed(const fs::FileSystem& files, const fs::Change& object,
                                          fs::Doer by) {
  if (nobody_listens()) return;
  const state::FileKey key{&files, object.after.id};
  DirectoryNews n;
  n.kind = DirectoryNews::Kind::child;
  n.node = {object.after.id, object.after.generation};
  n.changed = changed_attrs(object);
  n.by = by;
  std::vector<state::FileKey> above;
  {
    std::lock_guard lock(mutex_);
    if (const auto it = children_.find(key); it != children_.end())
      for (const DirectoryWatch* w : it->second) above.push_back(w->file->key);
  }
  for (const state::FileKey& directory : above) hear(directory, n);
  if (object.after.type != fs::FileType::directory) return;
  n.kind = DirectoryNews::Kind::directory;
  n.before = object.known ? object.before.change : object.after.change - 1;
  n.after = object.after.change;
  hear(key, std::move(n));
}

// How long it may wait: as long as everything, or as an attribute's change that somebody wants to know of
// sooner (RFC 8881 18.39.4).
Nanos DirectoryDelegations::patience_locked(const DirectoryWatch& w, const DirectoryNews& news) const {
  Nanos out = state_.server.limits.dir_notify_delay;
  for (const Ref<DirectoryDelegation>& d : w.holders) {
    const DirectoryNotices& n = d->notices;
    if (news.kind == DirectoryNews::Kind::child) {
      if (n.has(NOTIFY4_CHANGE_CHILD_ATTRS) && n.child.intersects(news.changed))
        out = std::min(out, n.child_delay);
    } else if (n.has(NOTIFY4_CHANGE_DIR_ATTRS) && n.own.intersects(news.changed)) {
      out = std::min(out, n.own_delay);
    }
  }
  return out;
}

void DirectoryDelegations::hear(const state::FileKey& directory, DirectoryNews news) {
  const Limits& limits = state_.server.limits;
  const Nanos now = state_.now();
  Ref<DirectoryWatch> wake, start;
  Holders lost;
  {
    std::lock_guard lock(mutex_);
    const auto it = watches_.find(directory);
    if (it == watches_.end()) return;
    DirectoryWatch& w = *it->second;
    const Nanos due = now + patience_locked(w, news);
    const bool sooner = w.news.empty() || due < w.due;
    if (sooner) w.due = due;
    w.news.push_back(std::move(news));
    if (w.news.size() > limits.dir_notify_backlog) {
      w.news.clear();
      lost = w.holders;
    } else if (!w.running) {
      w.running = true;
      start = it->second;
    } else if (sooner || w.news.size() == limits.dir_notify_batch) {
      wake = it->second;
    }
  }
  for (const Ref<DirectoryDelegation>& d : lost) give_up(d);
  if (wake) state_.callbacks.waits.change(wake->woken);
  if (start) state_.callbacks.spawn([this, start] { return run(start); });
}

// --- in batches --------------------------------------------------------------------------------------------

Task<void> DirectoryDelegations::run(Ref<DirectoryWatch> w) {
  const Limits& limits = state_.server.limits;
  constexpr Nanos kLookAgain = 10 * kMillisecond;
  for (;;) {
    const u32 seen = w->woken.load();
    Nanos wait = 0;
    {
      std::lock_guard lock(mutex_);
      if (w->news.empty()) {
        w->running = false;
        co_return;
      }
      if (!w->known)
        wait = kSecond;  // begin() wakes us
      else if (w->news.size() < limits.dir_notify_batch)
        wait = w->due - state_.now();
    }
    if (wait <= 0) {
      std::vector<Letter> letters;
      Holders lost;
      const bool taken = take_batch(*w, &letters, &lost);
      for (const Ref<DirectoryDelegation>& d : lost) give_up(d);
      for (Letter& letter : letters) {
        Task<void> posting = post(std::move(letter));
        co_await posting;
      }
      // What is held back waits for a change that is under way.
      if (!taken) wait = std::max(limits.dir_notify_delay, kLookAgain);
    }
    if (wait <= 0) continue;
    const Waits::Woken woken = co_await state_.callbacks.waits.until_changed(w->woken, seen, wait);
    if (woken == Waits::Woken::stopped) co_return;
  }
}

bool DirectoryDelegations::take_batch(DirectoryWatch& w, std::vector<Letter>* letters, Holders* lost) {
  bool changing;
  {
    // Asked first: whose change has ended by now has told of it.
    std::lock_guard lock(w.file->mutex());
    changing = w.file->claims.changes() != 0;
  }
  std::lock_guard lock(mutex_);
  std::vector<DirectoryNews> ready;
  bool whole = w.take_ready(changing, &ready);
  for (const Ref<DirectoryDelegation>& d : w.holders) letters->push_back({d, {}});
  for (DirectoryNews& n : ready) read_locked(w, n, *letters);
  whole = whole && w.listing.size() <= state_.server.limits.dir_notify_entries;
  if (!whole) *lost = w.holders;
  std::erase_if(*letters, [](const Letter& l) { return l.tidings.empty(); });
  return !ready.empty();
}

void DirectoryDelegations::read_locked(DirectoryWatch& w, DirectoryNews& n, std::vector<Letter>& letters) {
  DirectoryTidings t;
  std::vector<DirectoryTidings::Entry> names;  // of a child
  if (n.kind == DirectoryNews::Kind::child) {
    t.type = NOTIFY4_CHANGE_CHILD_ATTRS;
    w.listing.each(n.node.id, [&](const DirectoryTidings::Entry& e) { names.push_back(e); });
  } else if (n.kind == DirectoryNews::Kind::directory) {
    t.type = NOTIFY4_CHANGE_DIR_ATTRS;
  } else {
    const bool renamed = n.kind == DirectoryNews::Kind::renamed;
    if (n.kind != DirectoryNews::Kind::added) {
      t.before = w.listing.remove(n.name);
      if (!t.before) t.before = {n.name, n.node, 0};
    }
    if (n.kind == DirectoryNews::Kind::removed) {
      t.type = NOTIFY4_REMOVE_ENTRY;
      t.entry = *t.before;
      if (w.children && !w.listing.has(t.entry.node.id)) forget_child_locked(w, t.entry.node.id);
    } else {
      t.type = renamed ? NOTIFY4_RENAME_ENTRY : NOTIFY4_ADD_ENTRY;
      const std::string& name = renamed ? n.new_name : n.name;
      t.old = w.listing.remove(name);
      t.previous = w.listing.last();
      t.entry = {name, n.node, n.cookie};
      if (w.listed) w.listing.add(name, n.node, n.cookie);
      if (w.children && t.old && !w.listing.has(t.old->node.id)) forget_child_locked(w, t.old->node.id);
      if (w.children) {
        auto& of = children_[{w.file->key.file_system, n.node.id}];
        if (std::find(of.begin(), of.end(), &w) == of.end()) of.push_back(&w);
      }
    }
  }
  for (Letter& letter : letters) tell(*letter.to, n, t, names, &letter.tidings);
}

// --- to one client -----------------------------------------------------------------------------------------

Task<void> DirectoryDelegations::post(Letter letter) {
  std::vector<DirectoryDelegation::Notice> notices;
  for (const DirectoryTidings& t : letter.tidings) {
    Task<DirectoryDelegation::Notice> putting = notice_of(state_.server, *letter.to, t);
    notices.push_back(co_await putting);
  }
  const Ref<DirectoryDelegation>& d = letter.to;
  bool start = false, full = false;
  {
    std::lock_guard lock(mutex_);
    if (d->lost) co_return;
    for (DirectoryDelegation::Notice& n : notices) d->unsent.push_back(std::move(n));
    full = d->unsent.size() > state_.server.limits.dir_notify_backlog;
    start = !full && !std::exchange(d->sending, true);
  }
  if (full) give_up(d);
  if (start) state_.callbacks.spawn([this, d] { return send(d); });
}

// "a sequence of serial CB_COMPOUND requests so that the client's view of the directory does not become
// confused" (RFC 8881 20.4.3).
Task<void> DirectoryDelegations::send(Ref<DirectoryDelegation> d) {
  constexpr u32 kTries = 8;
  constexpr Nanos kFirstPause = 100 * kMillisecond;
  size_t most = state_.server.limits.dir_notify_batch;
  u32 failed = 0;
  for (;;) {
    std::vector<DirectoryDelegation::Notice> batch;
    {
      std::lock_guard lock(mutex_);
      if (d->unsent.empty() || d->lost) {
        d->sending = false;
        co_return;
      }
      const size_t n = std::min(most, d->unsent.size());
      batch.assign(d->unsent.begin(), d->unsent.begin() + static_cast<std::ptrdiff_t>(n));
    }
    Async<CbResult> calling =
        state_.callbacks.call(Ref<Client>::share(&d->client()), cb_notify(state_, *d, batch));
    const CbResult r = co_await calling;
    if (r.ok()) {
      failed = 0;
      std::lock_guard lock(mutex_);
      if (!d->lost)
        d->unsent.erase(d->unsent.begin(), d->unsent.begin() + static_cast<std::ptrdiff_t>(batch.size()));
      continue;
    }
    if (r.path == CbResult::Path::too_big && batch.size() > 1) {
      most = batch.size() / 2;
      continue;
    }
    // As with a recall: it is busy, or has not seen the reply that gave it the stateid.
    const bool again = r.answered() && (r.status == NFS4ERR_DELAY || r.status == NFS4ERR_BAD_STATEID);
    if (!again || ++failed == kTries) {
      give_up(d);
      continue;
    }
    const Waits::Woken woken =
        co_await state_.callbacks.waits.until_changed(d->ended, 0, kFirstPause << (failed - 1));
    if (woken == Waits::Woken::stopped) co_return;
  }
}

void DirectoryDelegations::give_up(const Ref<DirectoryDelegation>& d) {
  {
    std::lock_guard lock(mutex_);
    d->lost = true;
    d->unsent.clear();
  }
  state_.delegations.begin_recall(Ref<Delegation>::share(d.get()));
}

}  // namespace dfs::nfs4
