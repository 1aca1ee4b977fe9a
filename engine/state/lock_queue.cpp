#include "engine/state/lock_queue.h"

#include <algorithm>
#include <climits>

namespace dfs::state {
namespace {

// An owner without claims may be forgotten while it waits, and come back as another object.
bool same(const Owner& a, const Owner& b) { return a.same_client(b) && a.name == b.name; }

bool conflict(const LockQueue::Waiter& w, const Owner& who, Range range, bool exclusive) {
  return (w.exclusive || exclusive) && w.range.overlaps(range) && !same(*w.owner, who);
}

}  // namespace

const LockQueue::Waiter* LockQueue::ahead_of(const Owner& who, Range range, bool exclusive, Nanos now) const {
  for (const Waiter& w : waiters_) {
    if (w.range == range && w.exclusive == exclusive && same(*w.owner, who)) return nullptr;
    if (w.until > now && conflict(w, who, range, exclusive)) return &w;
  }
  return nullptr;
}

bool LockQueue::wait(Waiter w) {
  for (Waiter& there : waiters_) {
    if (!(there.range == w.range) || there.exclusive != w.exclusive || !same(*there.owner, *w.owner)) continue;
    there.until = w.until;
    there.told = false;
    return true;
  }
  if (waiters_.size() >= kMost) return false;
  waiters_.push_back(std::move(w));
  return true;
}

template <class P>
LockQueue::Waiters LockQueue::take(P&& which) {
  Waiters out;
  std::erase_if(waiters_, [&](Waiter& w) {
    if (!which(w)) return false;
    out.push_back(std::move(w));
    return true;
  });
  return out;
}

LockQueue::Waiters LockQueue::leave(const Owner& who, Range range) {
  return take([&](const Waiter& w) { return w.range.overlaps(range) && same(*w.owner, who); });
}

LockQueue::Waiters LockQueue::leave_client(const Owner& any_of) {
  return take([&](const Waiter& w) { return w.owner->same_client(any_of); });
}

LockQueue::Waiters LockQueue::take_late(Nanos now) {
  return take([&](const Waiter& w) { return w.until <= now; });
}

LockQueue::Waiters LockQueue::take_ready(const ClaimTable& claims, Nanos now, Nanos until) {
  Waiters ready;
  for (Waiter& w : waiters_) {
    if (w.told || ahead_of(*w.owner, w.range, w.exclusive, now) != nullptr) continue;
    if (!claims.judge(*w.owner, LockAccess{w.range, w.exclusive}).proceed()) continue;
    w.told = true;
    w.until = until;
    ready.push_back(w);
  }
  return ready;
}

Nanos LockQueue::next_end() const {
  Nanos first = LLONG_MAX;
  for (const Waiter& w : waiters_) first = std::min(first, w.until);
  return first;
}

}  // namespace dfs::state
