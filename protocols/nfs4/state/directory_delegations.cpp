#include "protocols/nfs4/state/directory_delegations.h"

#include "protocols/nfs4/attrs/changed.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4 {
namespace {

// As far as the server can tell of it (RFC 8881 18.39.3: no bits but those that were asked for).
DirectoryNotices supported(DirectoryNotices n, u32 minor, bool listing) {
  using namespace nfs4_cb;
  n.child = n.child & noticed_attrs(minor);
  n.own = n.own & noticed_attrs(minor);
  u32 types = 0;
  if (!n.own.empty()) types |= 1u << NOTIFY4_CHANGE_DIR_ATTRS;
  if (listing) types |= 1u << NOTIFY4_ADD_ENTRY | 1u << NOTIFY4_REMOVE_ENTRY | 1u << NOTIFY4_RENAME_ENTRY;
  if (listing && !n.child.empty()) types |= 1u << NOTIFY4_CHANGE_CHILD_ATTRS;
  n.types &= types;
  if (!n.entries()) n.child = {};
  if (!n.has(NOTIFY4_CHANGE_DIR_ATTRS)) n.own = {};
  return n;
}

}  // namespace

// --- giving ------------------------------------------------------------------------------------------------

Async<Ref<DirectoryDelegation>> DirectoryDelegations::give(Compound& c, const fs::Inode& dir,
                                                           DirectoryNotices notices) {
  const bool listing = dir.entries <= c.server.limits.dir_notify_entries;
  Ref<DirectoryDelegation> d = grant(c, supported(notices, c.minor, listing));
  if (!d || d->notices.types == 0) return d;
  return begin(std::move(d));
}

Ref<DirectoryDelegation> DirectoryDelegations::grant(Compound& c, const DirectoryNotices& notices) {
  const Place& dir = c.current.place;
  Delegations& all = state_.delegations;
  const Ref<Client> client = c.session->client;
  if (!all.room(*client, DelegationType::directory, 1) || all.barred(file_key(dir))) return {};
  const fs::HandleBytes handle = seal(c.server, dir);
  state::FilePin pin = state_.files.pin(file_key(dir));
  state::ClaimedFile& claimed = *pin;
  const state::CachingGrant what{.directory = true, .told = notices.told()};
  Ref<Delegation> given;
  std::lock_guard held(client->mutex);
  // Who has one, though it may be recalled, keeps that and gets no other (RFC 8881 18.39.3).
  if (!all.admitted_locked(*client) || client->delegations.contains(&claimed)) return {};
  all.add_locked(
      client, claimed, what, ReferringCall::of(c),
      [&](const Ref<StateOwner>& owner) {
        return Ref<Delegation>::adopt(new DirectoryDelegation(
            owner, std::move(pin), dir, Principal::of(c.call), handle, c.minor, notices));
      },
      &given);
  return Ref<DirectoryDelegation>::share(static_cast<DirectoryDelegation*>(given.get()));
}

// What the client is told from now on goes on from what its directory now is.
Task<Ref<DirectoryDelegation>> DirectoryDelegations::begin(Ref<DirectoryDelegation> d) {
  Ref<DirectoryWatch> w;
  bool list;
  {
    std::lock_guard lock(mutex_);
    if (d->lost) co_return d;  // it is over already
    w = watch_locked(*d);
    w->holders.push_back(d);
    list = d->notices.entries() && !w->listed;
  }
  const Place& dir = d->place();
  DirectoryListing listing;
  u64 change = 0;
  fs::FsError error;
  if (list) {
    auto visit = [&](std::string_view name, const fs::Dirent& e, const fs::Inode* node) {
      listing.add(name, {node->id, node->generation}, e.cookie);
      return true;
    };
    Async<fs::ReadDirResult> reading = dir.fs().readdir(dir.who, dir.node, 0, true, visit);
    const fs::ReadDirResult r = co_await reading;
    error = r.error;
    change = r.dir.change;
  } else {
    Async<fs::AttrResult> getting = dir.fs().getattr(dir.node);
    const fs::AttrResult r = co_await getting;
    error = r.error;
    change = r.node.change;
  }
  bool missed = error != fs::FsError::ok;
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    if (d->lost) co_return d;
    d->since = change;
    // It goes on from here, unless it has been told before: then from there, what is in the listing already
    // being passed over.
    if (!w->known) {
      w->told = w->begun = change;
      w->known = true;
    }
    if (list && !w->listed) {
      // What was told of before, to those that ask for no entries, has to be in it; what is in it and was not
      // told is put in again.
      missed = missed || change < w->told;
      w->listing = std::move(listing);
      w->listed = true;
    }
    if (d->notices.has(nfs4_cb::NOTIFY4_CHANGE_CHILD_ATTRS) && !w->children) watch_children_locked(*w);
    wake = !w->news.empty();
  }
  if (missed) give_up(d);
  if (wake) state_.callbacks.waits.change(w->woken);
  co_return d;
}

Ref<DirectoryWatch> DirectoryDelegations::watch_locked(const DirectoryDelegation& d) {
  Ref<DirectoryWatch>& w = watches_[d.file->key];
  if (!w) w = Ref<DirectoryWatch>::adopt(new DirectoryWatch(state_.files.pin(d.file->key)));
  watched_.store(watches_.size(), std::memory_order_relaxed);
  return w;
}

void DirectoryDelegations::watch_children_locked(DirectoryWatch& w) {
  w.children = true;
  w.listing.each([&](const DirectoryListing::Entry& e) {
    auto& of = children_[{w.file->key.file_system, e.node.id}];
    if (std::find(of.begin(), of.end(), &w) == of.end()) of.push_back(&w);
  });
}

void DirectoryDelegations::forget_child_locked(DirectoryWatch& w, fs::FileId node) {
  const auto it = children_.find({w.file->key.file_system, node});
  if (it == children_.end()) return;
  std::erase(it->second, &w);
  if (it->second.empty()) children_.erase(it);
}

void DirectoryDelegations::ended(DirectoryDelegation& d) {
  Ref<DirectoryWatch> last;  // let go of outside of the mutex
  std::lock_guard lock(mutex_);
  d.lost = true;
  d.unsent.clear();
  const auto it = watches_.find(d.file->key);
  if (it == watches_.end()) return;
  DirectoryWatch& w = *it->second;
  std::erase_if(w.holders, [&](const Ref<DirectoryDelegation>& h) { return h.get() == &d; });
  if (!w.holders.empty()) return;
  if (w.children)
    w.listing.each([&](const DirectoryListing::Entry& e) { forget_child_locked(w, e.node.id); });
  w.news.clear();
  last = std::move(it->second);
  watches_.erase(it);
  watched_.store(watches_.size(), std::memory_order_relaxed);
}

DirectoryDelegations::Waiting DirectoryDelegations::waiting() const {
  std::lock_guard lock(mutex_);
  Waiting out;
  out.watches = watches_.size();
  for (const auto& [key, w] : watches_) {
    out.news += w->news.size();
    for (const Ref<DirectoryDelegation>& d : w->holders) out.notices += d->unsent.size();
  }
  return out;
}

}  // namespace dfs::nfs4
