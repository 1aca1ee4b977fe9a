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
};

struct ConflictsWithRange {
  const ByteRange& lock;
  bool operator()(const ReadAccess& a) const {
    return lock.mandatory && lock.exclusive && lock.range.overlaps(a.range);
  }
  bool operator()(const WriteAccess& a) const { return lock.mandatory && lock.range.overlaps(a.range); }
  bool operator()(const LockAccess& a) const {
    return (lock.exclusive || a.exclusive) && lock.range.overlaps(a.range);
  }
  bool operator()(const OpenAccess&) const { return false; }
  bool operator()(const RemoveAccess&) const { return false; }
};

struct ConflictsWithShare {
  const ShareMode& share;
  bool operator()(const ReadAccess&) const { return (share.deny & kReadRight) != 0; }
  bool operator()(const WriteAccess&) const { return (share.deny & kWriteRight) != 0; }
  bool operator()(const LockAccess&) const { return false; }
  bool operator()(const OpenAccess& a) const {
    return (a.access & share.deny) != 0 || (a.deny & share.access) != 0;
  }
  bool operator()(const RemoveAccess&) const { return (share.deny & kDeleteRight) != 0; }
};

bool conflicts(const Claim& claim, const Owner& who, const Access& access) {
  if (claim.owner == who) return false;
  if (const auto* lock = std::get_if<ByteRange>(&claim.what))
    return std::visit(ConflictsWithRange{*lock}, access);
  if (const auto* share = std::get_if<ShareMode>(&claim.what))
    return std::visit(ConflictsWithShare{*share}, access);
  return false;
}

}  // namespace

Verdict judge(const Owner& who, const Access& access, const std::vector<Claim>& claims) {
  Verdict v;
  for (const Claim& claim : claims) {
    const auto* grant = std::get_if<CachingGrant>(&claim.what);
    if (grant == nullptr || claim.owner.same_client(who) || !std::visit(NeedsRecall{*grant}, access))
      continue;
    v.kind = Verdict::Kind::recall;
    v.claims.push_back(claim.id);
  }
  if (v.kind == Verdict::Kind::recall) return v;
  for (const Claim& claim : claims)
    if (conflicts(claim, who, access)) return {Verdict::Kind::refuse, {claim.id}};
  return v;
}

}  // namespace dfs::state
