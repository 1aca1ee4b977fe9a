#include "engine/state/claims.h"

#include <algorithm>

namespace dfs::state {

// --- share modes -------------------------------------------------------------------------------------------

void ClaimTable::count(ShareMode mode, int by) {
  for (u32 i = 0; i < kRights; ++i) {
    if (mode.access >> i & 1) having_[i] += static_cast<u32>(by);
    if (mode.deny >> i & 1) denying_[i] += static_cast<u32>(by);
  }
}

void ClaimTable::set_share(const Owner& owner, ShareMode mode) {
  count(mode, 1);
  for (Share& s : shares_) {
    if (s.owner != &owner) continue;
    count(s.mode, -1);
    s.mode = mode;
    return;
  }
  shares_.push_back({&owner, mode});
}

bool ClaimTable::drop_share(const Owner& owner) {
  for (Share& s : shares_) {
    if (s.owner != &owner) continue;
    count(s.mode, -1);
    s = shares_.back();
    shares_.pop_back();
    return true;
  }
  return false;
}

// --- byte ranges -------------------------------------------------------------------------------------------

size_t ClaimTable::first_near(u64 byte) const {
  const u64 from = byte > longest_ ? byte - longest_ : 0;
  auto it = std::lower_bound(ranges_.begin(), ranges_.end(), from,
                             [](const ByteRange& r, u64 first) { return r.range.first < first; });
  return static_cast<size_t>(it - ranges_.begin());
}

void ClaimTable::insert(const ByteRange& r) {
  auto it = std::upper_bound(ranges_.begin(), ranges_.end(), r.range.first,
                             [](u64 first, const ByteRange& o) { return first < o.range.first; });
  ranges_.insert(it, r);
  longest_ = std::max(longest_, r.range.last - r.range.first);
  mandatory_ += r.mandatory;
}

bool ClaimTable::unlock(const Owner& owner, Range range) {
  bool any = false;
  // One owner's ranges do not overlap: at most one reaches out in front, and one behind.
  ByteRange front, back;
  size_t kept = first_near(range.first);
  size_t i = kept;
  for (; i < ranges_.size() && ranges_[i].range.first <= range.last; ++i) {
    const ByteRange& r = ranges_[i];
    if (r.owner != &owner || !r.range.overlaps(range)) {
      if (kept != i) ranges_[kept] = r;
      ++kept;
      continue;
    }
    any = true;
    mandatory_ -= r.mandatory;
    if (r.range.first < range.first) {
      front = r;
      front.range.last = range.first - 1;
    }
    if (r.range.last > range.last) {
      back = r;
      back.range.first = range.last + 1;
    }
  }
  if (!any) return false;
  ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(kept),
                ranges_.begin() + static_cast<std::ptrdiff_t>(i));
  if (front.owner != nullptr) insert(front);
  if (back.owner != nullptr) insert(back);
  if (ranges_.empty()) longest_ = 0;
  return true;
}

void ClaimTable::lock(const Owner& owner, Range range, bool exclusive, bool mandatory) {
  unlock(owner, range);
  ByteRange whole{range, &owner, exclusive, mandatory};
  const u64 last = range.last == UINT64_MAX ? range.last : range.last + 1;
  for (size_t i = first_near(range.first == 0 ? 0 : range.first - 1);
       i < ranges_.size() && ranges_[i].range.first <= last;) {
    const ByteRange& r = ranges_[i];
    if (r.owner != &owner || r.exclusive != exclusive || r.mandatory != mandatory ||
        !r.range.touches(range)) {
      ++i;
      continue;
    }
    whole.range.first = std::min(whole.range.first, r.range.first);
    whole.range.last = std::max(whole.range.last, r.range.last);
    mandatory_ -= r.mandatory;
    ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  insert(whole);
}

bool ClaimTable::holds_range(const Owner& owner) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&](const ByteRange& r) { return r.owner == &owner; });
}

// --- grants ------------------------------------------------------------------------------------------------

bool ClaimTable::may_grant(const Owner& owner, CachingGrant what) const {
  for (const Change& c : changes_)
    if (c != Change{owner.protocol, owner.client}) return false;
  if (what.directory) return true;
  const auto foreign = [&](const auto& claim) { return !claim.owner->same_client(owner); };
  for (const Share& s : shares_)
    if (foreign(s) && (what.write || (s.mode.access & kWriteRight) != 0 || (s.mode.deny & kReadRight) != 0))
      return false;
  for (const ByteRange& r : ranges_)
    if (foreign(r) && (what.write || r.exclusive)) return false;
  for (const Grant& g : grants_)
    if (foreign(g) && (what.write || g.what.write)) return false;
  return true;
}

GrantId ClaimTable::grant(const Owner& owner, CachingGrant what, u64 tag) {
  const GrantId id{next_grant_++};
  grants_.push_back({id, &owner, what, tag});
  return id;
}

const Grant* ClaimTable::find_grant(GrantId id) const {
  for (const Grant& g : grants_)
    if (g.id == id) return &g;
  return nullptr;
}

bool ClaimTable::take_back(GrantId id) {
  return std::erase_if(grants_, [&](const Grant& g) { return g.id == id; }) != 0;
}

void ClaimTable::begin_change(const Owner& who) { changes_.push_back({who.protocol, who.client}); }

void ClaimTable::end_change(const Owner& who) {
  const auto it = std::find(changes_.begin(), changes_.end(), Change{who.protocol, who.client});
  *it = changes_.back();
  changes_.pop_back();
}

}  // namespace dfs::state
