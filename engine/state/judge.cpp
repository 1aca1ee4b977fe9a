#include "engine/state/claims.h"

namespace dfs::state {
namespace {

// Must this grant of another client be given back before the access?
struct NeedsRecall {
  const CachingGrant& grant;
  bool operator()(const ReadAccess&) const { return grant.write; }
  bool operator()(const WriteAccess&) const { return grant.read || grant.write; }
  // A holder of a write grant may keep locks of its own that the table has not heard of.
  bool operator()(const LockAccess&) const { return grant.write; }
  bool operator()(const OpenAccess& a) const {
    const bool changes = (a.access & (kWriteRight | kDeleteRight)) != 0;
    return grant.write || (grant.read && (changes || (a.deny & kReadRight) != 0)) ||
           (grant.handle && a.deny != 0);
  }
  bool operator()(const RemoveAccess&) const { return grant.handle || grant.write; }
  bool operator()(const UnlinkAccess&) const { return grant.read || grant.write || grant.directory; }
  bool operator()(const ChangeAccess&) const {
    return grant.read || grant.write || (*this)(DirectoryAccess{kDirectoryAttributes});
  }
  bool operator()(const DirectoryAccess& a) const {
    return grant.directory && (a.changes & ~grant.told) != 0;
  }
};

struct ConflictsWithRange {
  const ByteRange& lock;
  bool operator()(const ReadAccess&) const { return lock.mandatory && lock.exclusive; }
  bool operator()(const WriteAccess&) const { return lock.mandatory; }
  bool operator()(const LockAccess& a) const { return lock.exclusive || a.exclusive; }
  bool operator()(const OpenAccess&) const { return false; }
  bool operator()(const RemoveAccess&) const { return false; }
  bool operator()(const UnlinkAccess&) const { return false; }
  bool operator()(const ChangeAccess&) const { return false; }
  bool operator()(const DirectoryAccess&) const { return false; }
};

// The rights an access must have, and those it leaves to nobody: what it conflicts with among share modes.
struct AsShareMode {
  ShareMode operator()(const ReadAccess&) const { return {kReadRight, 0}; }
  ShareMode operator()(const WriteAccess&) const { return {kWriteRight, 0}; }
  ShareMode operator()(const LockAccess&) const { return {0, 0}; }
  ShareMode operator()(const OpenAccess& a) const { return {a.access, a.deny}; }
  ShareMode operator()(const RemoveAccess&) const { return {kDeleteRight, 0}; }
  ShareMode operator()(const UnlinkAccess&) const { return {0, 0}; }
  ShareMode operator()(const ChangeAccess&) const { return {0, 0}; }
  ShareMode operator()(const DirectoryAccess&) const { return {0, 0}; }
};

// The bytes an access is about; null where it is about none in particular.
const Range* range_of(const Access& access) {
  if (const auto* read = std::get_if<ReadAccess>(&access)) return &read->range;
  if (const auto* write = std::get_if<WriteAccess>(&access)) return &write->range;
  if (const auto* lock = std::get_if<LockAccess>(&access)) return &lock->range;
  return nullptr;
}

}  // namespace

const ByteRange* ClaimTable::range_in_the_way(const Owner& who, const Access& access) const {
  const Range* range = range_of(access);
  if (range == nullptr || ranges_.empty()) return nullptr;
  if (mandatory_ == 0 && !std::holds_alternative<LockAccess>(access)) return nullptr;
  for (size_t i = first_near(range->first); i < ranges_.size() && ranges_[i].range.first <= range->last;
       ++i) {
    const ByteRange& r = ranges_[i];
    if (r.owner != &who && r.range.overlaps(*range) && std::visit(ConflictsWithRange{r}, access)) return &r;
  }
  return nullptr;
}

const Share* ClaimTable::share_in_the_way(const Owner& who, const Access& access) const {
  const ShareMode want = std::visit(AsShareMode{}, access);
  bool possible = false;
  for (u32 i = 0; i < kRights; ++i)
    possible |= ((want.access >> i & 1) && denying_[i] != 0) || ((want.deny >> i & 1) && having_[i] != 0);
  if (!possible) return nullptr;
  // What an owner denies does not bind its own reading and writing, but its own further opens: "with no
  // exception for an existing OPEN for the same open-owner" (RFC 7530 9.9).
  const bool opens = std::holds_alternative<OpenAccess>(access);
  for (const Share& s : shares_)
    if ((opens || s.owner != &who) && ((want.access & s.mode.deny) != 0 || (want.deny & s.mode.access) != 0))
      return &s;
  return nullptr;
}

Verdict ClaimTable::judge(const Owner& who, const Access& access) const {
  Verdict v;
  for (const Grant& g : grants_)
    if (!g.owner->same_client(who) && std::visit(NeedsRecall{g.what}, access)) v.recalls.push_back(g.id);
  if (!v.recalls.empty()) {
    v.kind = Verdict::Kind::recall;
  } else if (const ByteRange* r = range_in_the_way(who, access)) {
    v.kind = Verdict::Kind::refuse;
    v.holder = r->owner;
    v.range = *r;
    v.by_range = true;
  } else if (const Share* s = share_in_the_way(who, access)) {
    v.kind = Verdict::Kind::refuse;
    v.holder = s->owner;
  }
  return v;
}

}  // namespace dfs::state
