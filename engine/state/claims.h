#pragma once

#include <array>
#include <variant>
#include <vector>

#include "engine/base/strong.h"
#include "engine/state/owner.h"
#include "engine/state/range.h"

namespace dfs::state {

enum Rights : u8 { kReadRight = 1, kWriteRight = 2, kDeleteRight = 4 };
constexpr u32 kRights = 3;

// A byte-range lock. mandatory: it binds reads and writes too, not only other locks (SMB).
struct ByteRange {
  Range range;
  const Owner* owner = nullptr;
  bool exclusive = false;
  bool mandatory = false;
};

// What an open may do, and what it lets nobody else do.
struct ShareMode {
  u8 access = 0, deny = 0;
  bool operator==(const ShareMode&) const = default;
};
struct Share {
  const Owner* owner = nullptr;
  ShareMode mode;
};

// What may happen to a directory; a set of them.
enum DirectoryChanges : u8 {
  kEntryAdded = 1,
  kEntryRemoved = 2,
  kEntryRenamed = 4,  // within the directory
  kDirectoryAttributes = 8,
};

// A promise to be told before things change: delegations, leases, oplocks.
struct CachingGrant {
  bool read = false;       // may serve reads itself
  bool write = false;      // may hold writes and locks back
  bool handle = false;     // may keep the open itself to itself
  bool directory = false;  // may serve lookups and listings itself
  u8 told = 0;             // DirectoryChanges that it is told afterwards instead
};
using GrantId = Strong<struct GrantIdTag, u64>;
struct Grant {
  GrantId id;
  const Owner* owner = nullptr;
  CachingGrant what;
  u64 tag = 0;  // by which the protocol that made it finds its own record
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
// It loses a name by a protocol that knows no opens which forbid that.
struct UnlinkAccess {};
// What is known of the file and is not its data: attributes, names. Share modes and locks do not forbid it.
struct ChangeAccess {};
struct DirectoryAccess {  // to its entries
  u8 changes;             // DirectoryChanges
};
using Access = std::variant<ReadAccess, WriteAccess, LockAccess, OpenAccess, RemoveAccess, UnlinkAccess,
                            ChangeAccess, DirectoryAccess>;

struct Verdict {
  enum class Kind : u8 {
    proceed,
    refuse,  // a claim is in the way: `range` where it is a lock, a share mode otherwise
    recall,  // ask for these grants back, then judge again: only then does the table tell all there is
  };
  Kind kind = Kind::proceed;
  // Refused: who holds the claim. Theirs to keep alive, so valid as long as the file's table is held.
  const Owner* holder = nullptr;
  ByteRange range{};
  bool by_range = false;
  std::vector<GrantId> recalls;

  bool proceed() const { return kind == Kind::proceed; }
};

// The claims on one file: the one place where all protocols' meet, and the one function that says who
// conflicts with an access and what must happen first. Not thread-safe: see ClaimedFiles.
//
// Byte ranges lie in order of their first byte. One owner's never overlap, and never touch where they could
// be one.
class ClaimTable {
 public:
  // Grants come before everything: while a client may hold locks and writes back, what the table says of it
  // is not the whole truth, so it is asked to give them up before anybody is refused or let through. Of
  // several locks in the way the one that begins first is told.
  Verdict judge(const Owner& who, const Access& access) const;

  // The owner's open of the file: made, or changed to this. It has been judged.
  void set_share(const Owner& owner, ShareMode mode);
  // False when it has none.
  bool drop_share(const Owner& owner);

  // The owner's lock on these bytes becomes this one, whatever it held of them before: split, joined with its
  // neighbours, up- or downgraded. It has been judged.
  void lock(const Owner& owner, Range range, bool exclusive, bool mandatory = false);
  // False when it held none of these bytes.
  bool unlock(const Owner& owner, Range range);
  bool holds_range(const Owner& owner) const;

  // Whether nobody else has a claim that the grant would contradict.
  bool may_grant(const Owner& owner, CachingGrant what) const;
  GrantId grant(const Owner& owner, CachingGrant what, u64 tag = 0);
  const Grant* find_grant(GrantId id) const;
  bool take_back(GrantId id);

  // A change of somebody is under way, whose way was found clear: until it ends nobody else is granted
  // anything.
  void begin_change(const Owner& who);
  void end_change(const Owner& who);
  size_t changes() const { return changes_.size(); }

  const std::vector<ByteRange>& ranges() const { return ranges_; }
  const std::vector<Share>& shares() const { return shares_; }
  const std::vector<Grant>& grants() const { return grants_; }
  bool empty() const { return ranges_.empty() && shares_.empty() && grants_.empty(); }

 private:
  using Ranges = std::vector<ByteRange>;
  // The first range that could reach `byte`: all before it end earlier.
  size_t first_near(u64 byte) const;
  void insert(const ByteRange& r);
  const ByteRange* range_in_the_way(const Owner& who, const Access& access) const;
  const Share* share_in_the_way(const Owner& who, const Access& access) const;
  void count(ShareMode mode, int by);

  Ranges ranges_;
  u64 longest_ = 0;    // no range is longer: last - first
  u32 mandatory_ = 0;  // ranges that are
  std::vector<Share> shares_;
  // How many shares have each right, and deny it: most judgements need no look at any of them.
  std::array<u32, kRights> having_{}, denying_{};
  std::vector<Grant> grants_;
  u64 next_grant_ = 1;
  struct Change {
    Protocol protocol;
    u64 client;
    bool operator==(const Change&) const = default;
  };
  std::vector<Change> changes_;
};

}  // namespace dfs::state
