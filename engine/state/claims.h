#pragma once

#include <variant>
#include <vector>

#include "engine/base/strong.h"
#include "engine/state/owner.h"

namespace dfs::state {

// Bytes [offset, end) of a file; end is UINT64_MAX for "to the end, however it grows".
struct Range {
  u64 offset = 0, end = UINT64_MAX;
  bool overlaps(const Range& o) const { return offset < o.end && o.offset < end; }
  bool operator==(const Range&) const = default;
};

enum Rights : u8 { kReadRight = 1, kWriteRight = 2, kDeleteRight = 4 };

// A byte-range lock. mandatory: it binds reads and writes too, not only other locks (SMB).
struct ByteRange {
  Range range;
  bool exclusive = false;
  bool mandatory = false;
};
// An open: what it may do, and what it lets nobody else do.
struct ShareMode {
  u8 access = 0, deny = 0;
};
// A promise to be told before things change: delegations, leases, oplocks.
struct CachingGrant {
  bool read = false;    // may serve reads itself
  bool write = false;   // may hold writes and locks back
  bool handle = false;  // may keep the open itself to itself
};

using ClaimId = Strong<struct ClaimIdTag, u64>;
struct Claim {
  ClaimId id;
  Owner owner;
  std::variant<ByteRange, ShareMode, CachingGrant> what;
};

// What somebody wants to do to the file.
struct ReadAccess {
  Range range;
};
struct WriteAccess {  // also truncation: from the new size on
  Range range;
};
struct LockAccess {
  Range range;
  bool exclusive;
};
struct OpenAccess {
  u8 access, deny;
};
struct RemoveAccess {};  // or rename away
using Access = std::variant<ReadAccess, WriteAccess, LockAccess, OpenAccess, RemoveAccess>;

struct Verdict {
  enum class Kind : u8 {
    proceed,
    refuse,  // `claims` holds the first claim in the way
    recall,  // ask for these grants back, then judge again: only then does the table tell all there is
  };
  Kind kind = Kind::proceed;
  std::vector<ClaimId> claims;
};

// Who conflicts with this access, and what must happen first: the one place where all protocols' claims meet.
// Pure.
//
// Grants come before everything: while a client may hold locks and writes back, what the table says of it is
// not the whole truth, so it is asked to give them up before anybody is refused or let through.
Verdict judge(const Owner& who, const Access& access, const std::vector<Claim>& claims);

// The claims on one file. Not thread-safe: whoever owns the table holds the file's stripe.
class ClaimTable {
 public:
  ClaimId add(Owner owner, std::variant<ByteRange, ShareMode, CachingGrant> what);
  // False when there is no such claim.
  bool remove(ClaimId id);
  // Takes the range out of the owner's byte-range locks, splitting those that reach beyond it. Returns how
  // many claims were touched.
  size_t unlock(const Owner& owner, Range range);
  // Everything of one client, as when its lease ends.
  size_t remove_client(const Owner& any_of_it);

  Verdict judge(const Owner& who, const Access& access) const { return state::judge(who, access, claims_); }
  const std::vector<Claim>& claims() const { return claims_; }
  bool empty() const { return claims_.empty(); }

 private:
  u64 next_id_ = 1;
  std::vector<Claim> claims_;
};

}  // namespace dfs::state
