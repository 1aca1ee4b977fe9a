#include "engine/state/claims.h"

#include <catch2/catch.hpp>

using namespace dfs;
using namespace dfs::state;
using Kind = Verdict::Kind;

namespace {
const Owner kA{Protocol::nfs4, 1, "a"}, kA2{Protocol::nfs4, 1, "a2"}, kB{Protocol::nfs4, 2, "b"},
    kSmb{Protocol::smb2, 1, "h"};

Kind asked(const ClaimTable& t, const Owner& who, const Access& access) { return t.judge(who, access).kind; }
}  // namespace

TEST_CASE("locks: shared and exclusive, by owner, over overlapping bytes only") {
  ClaimTable t;
  t.lock(kA, {10, 19}, false);
  CHECK(asked(t, kB, LockAccess{{10, 19}, false}) == Kind::proceed);
  CHECK(asked(t, kB, LockAccess{{19, 30}, true}) == Kind::refuse);
  CHECK(asked(t, kB, LockAccess{{20, 30}, true}) == Kind::proceed);
  CHECK(asked(t, kB, LockAccess{{0, 9}, true}) == Kind::proceed);
  CHECK(asked(t, kA, LockAccess{{10, 19}, true}) == Kind::proceed);
  CHECK(asked(t, kA2, LockAccess{{10, 19}, true}) == Kind::refuse);
  CHECK(asked(t, kSmb, LockAccess{{}, true}) == Kind::refuse);
}

TEST_CASE("locks: who stands in the way is told, of several the first") {
  ClaimTable t;
  t.lock(kB, {50, 59}, true);
  t.lock(kA, {10, 19}, false);
  const Verdict v = t.judge(kSmb, LockAccess{{0, 100}, true});
  REQUIRE(v.kind == Kind::refuse);
  REQUIRE(v.by_range);
  CHECK(v.holder == &kA);
  CHECK(v.range.range == Range{10, 19});
  CHECK_FALSE(v.range.exclusive);
}

TEST_CASE("locks: the last byte there can be is one like any other") {
  ClaimTable t;
  t.lock(kA, Range::of(UINT64_MAX, 1), true);
  CHECK(asked(t, kB, LockAccess{{0, UINT64_MAX - 1}, true}) == Kind::proceed);
  CHECK(asked(t, kB, LockAccess{{0, UINT64_MAX}, true}) == Kind::refuse);
  t.lock(kA, {0, UINT64_MAX - 1}, true);
  REQUIRE(t.ranges().size() == 1);
  CHECK(t.ranges()[0].range == Range{});
  CHECK(t.unlock(kA, {0, 0}));
  REQUIRE(t.ranges().size() == 1);
  CHECK(t.ranges()[0].range == Range{1, UINT64_MAX});
}

TEST_CASE("locks bind reads and writes only when they are mandatory") {
  ClaimTable t;
  t.lock(kA, {0, 9}, true);
  CHECK(asked(t, kB, WriteAccess{{0, 9}}) == Kind::proceed);
  t.lock(kSmb, {20, 29}, true, true);
  t.lock(kSmb, {40, 49}, false, true);
  CHECK(asked(t, kB, ReadAccess{{25, 26}}) == Kind::refuse);
  CHECK(asked(t, kB, ReadAccess{{45, 46}}) == Kind::proceed);
  CHECK(asked(t, kB, WriteAccess{{45, 46}}) == Kind::refuse);
  CHECK(asked(t, kSmb, WriteAccess{{25, 26}}) == Kind::proceed);
  CHECK(t.unlock(kSmb, {}));
  CHECK(asked(t, kB, ReadAccess{{25, 26}}) == Kind::proceed);
}

TEST_CASE("share modes: access against deny, both ways") {
  for (u8 access = 1; access < 8; ++access)
    for (u8 deny = 0; deny < 8; ++deny)
      for (u8 want = 1; want < 8; ++want)
        for (u8 refuse = 0; refuse < 8; ++refuse) {
          ClaimTable t;
          t.set_share(kA, {access, deny});
          const bool conflict = (want & deny) != 0 || (refuse & access) != 0;
          CHECK((asked(t, kB, OpenAccess{want, refuse}) == Kind::refuse) == conflict);
          // An open of the same owner is no exception (RFC 7530 9.9); its own reading and writing is.
          CHECK((asked(t, kA, OpenAccess{want, refuse}) == Kind::refuse) == conflict);
          CHECK(asked(t, kA, WriteAccess{}) == Kind::proceed);
        }
}

TEST_CASE("share modes: what an open no longer has is nobody's obstacle") {
  ClaimTable t;
  t.set_share(kA, {kReadRight | kWriteRight, kWriteRight});
  t.set_share(kA, {kReadRight, 0});
  CHECK(asked(t, kB, OpenAccess{kWriteRight, kWriteRight}) == Kind::proceed);
  CHECK(asked(t, kB, OpenAccess{kWriteRight, kReadRight}) == Kind::refuse);
  CHECK(t.drop_share(kA));
  CHECK_FALSE(t.drop_share(kA));
  CHECK(asked(t, kB, OpenAccess{kWriteRight, kReadRight}) == Kind::proceed);
  CHECK(t.empty());
}

TEST_CASE("share modes: they bind those without an open too") {
  ClaimTable t;
  t.set_share(kSmb, {kReadRight, kWriteRight | kDeleteRight});
  CHECK(asked(t, kB, ReadAccess{}) == Kind::proceed);
  CHECK(asked(t, kB, WriteAccess{}) == Kind::refuse);
  CHECK(asked(t, kB, RemoveAccess{}) == Kind::refuse);
  CHECK(asked(t, kB, LockAccess{{}, true}) == Kind::proceed);
}

TEST_CASE("grants: every cell of access x grant") {
  struct Cell {
    Access access;
    bool read, write, handle;  // is such a grant recalled?
  };
  const Cell cells[] = {
      {ReadAccess{}, false, true, false},
      {WriteAccess{}, true, true, false},
      {LockAccess{{}, false}, false, true, false},
      {LockAccess{{}, true}, false, true, false},
      {OpenAccess{kReadRight, 0}, false, true, false},
      {OpenAccess{kWriteRight, 0}, true, true, false},
      {OpenAccess{kReadRight, kReadRight}, true, true, true},
      {OpenAccess{kReadRight, kWriteRight}, false, true, true},
      {RemoveAccess{}, false, true, true},
      {ChangeAccess{}, true, true, false},
  };
  for (const Cell& cell : cells) {
    const std::pair<CachingGrant, bool> grants[] = {{{true, false, false}, cell.read},
                                                    {{false, true, false}, cell.write},
                                                    {{false, false, true}, cell.handle}};
    for (const auto& [grant, recalled] : grants) {
      ClaimTable t;
      const GrantId id = t.grant(kA, grant);
      const Verdict v = t.judge(kB, cell.access);
      CHECK((v.kind == Kind::recall) == recalled);
      if (recalled) CHECK(v.recalls == std::vector<GrantId>{id});
      CHECK(asked(t, kA2, cell.access) == Kind::proceed);  // one's own client's grant is no obstacle
    }
  }
}

TEST_CASE("grants are recalled before anybody is refused, and the table is asked again") {
  ClaimTable t;
  const GrantId grant = t.grant(kA, CachingGrant{true, true, false});
  t.lock(kA, {0, 9}, true);
  CHECK(t.judge(kB, LockAccess{{0, 9}, true}).kind == Kind::recall);
  CHECK(t.take_back(grant));
  CHECK_FALSE(t.take_back(grant));
  CHECK(t.judge(kB, LockAccess{{0, 9}, true}).kind == Kind::refuse);
}

TEST_CASE("a grant is given only where no claim of another client contradicts it") {
  struct Cell {
    ShareMode share;
    bool read, write;  // may another client have such a grant?
  };
  const Cell cells[] = {{{kReadRight, 0}, true, false},
                        {{kWriteRight, 0}, false, false},
                        {{kReadRight | kWriteRight, 0}, false, false},
                        {{kReadRight, kWriteRight}, true, false},
                        {{kReadRight, kReadRight}, false, false}};
  constexpr CachingGrant kReading{true, false, false}, kWriting{true, true, false};
  for (const Cell& cell : cells) {
    ClaimTable t;
    t.set_share(kA, cell.share);
    CHECK(t.may_grant(kB, kReading) == cell.read);
    CHECK(t.may_grant(kB, kWriting) == cell.write);
    CHECK(t.may_grant(kA2, kWriting));  // one's own client's
  }
  for (bool exclusive : {false, true}) {
    ClaimTable t;
    t.lock(kA, {0, 9}, exclusive);
    CHECK(t.may_grant(kB, kReading) == !exclusive);
    CHECK_FALSE(t.may_grant(kB, kWriting));
  }
  for (bool writes : {false, true}) {
    ClaimTable t;
    const GrantId id = t.grant(kA, {true, writes, false}, 7);
    CHECK(t.find_grant(id)->tag == 7);
    CHECK(t.may_grant(kB, kReading) == !writes);
    CHECK_FALSE(t.may_grant(kB, kWriting));
    CHECK(t.take_back(id));
    CHECK(t.find_grant(id) == nullptr);
    CHECK(t.may_grant(kB, kWriting));
  }
}

TEST_CASE("attributes and names: only who was promised to be told is in the way") {
  ClaimTable t;
  t.set_share(kA, {kReadRight | kWriteRight, kReadRight | kWriteRight | kDeleteRight});
  t.lock(kA, {}, true, true);
  CHECK(asked(t, kB, ChangeAccess{}) == Kind::proceed);
}

TEST_CASE(
    "directory grants: what the holder is told of does not recall them, everything else of others does") {
  ClaimTable t;
  t.grant(kA, {.directory = true, .told = kEntryAdded | kEntryRenamed});
  CHECK(asked(t, kB, DirectoryAccess{kEntryAdded}) == Kind::proceed);
  CHECK(asked(t, kB, DirectoryAccess{kEntryRenamed}) == Kind::proceed);
  CHECK(asked(t, kB, DirectoryAccess{kEntryRemoved}) == Kind::recall);
  CHECK(asked(t, kB, DirectoryAccess{kEntryAdded | kEntryRemoved}) == Kind::recall);
  CHECK(asked(t, kB, ChangeAccess{}) == Kind::recall);
  CHECK(asked(t, kB, UnlinkAccess{}) == Kind::recall);
  CHECK(asked(t, kB, ReadAccess{}) == Kind::proceed);
  for (const Access& a :
       {Access(DirectoryAccess{kEntryRemoved}), Access(ChangeAccess{}), Access(UnlinkAccess{})})
    CHECK(asked(t, kA2, a) == Kind::proceed);
}

TEST_CASE("directory grants: several stand beside each other, each is asked for what it is not told of") {
  ClaimTable t;
  t.grant(kA, {.directory = true, .told = kDirectoryAttributes});
  const GrantId b = t.grant(kB, {.directory = true});
  CHECK(t.may_grant(kSmb, {.directory = true}));
  const Verdict v = t.judge(kSmb, ChangeAccess{});
  REQUIRE(v.recalls.size() == 1);
  CHECK(v.recalls[0] == b);
  CHECK(t.judge(kSmb, DirectoryAccess{kEntryAdded}).recalls.size() == 2);
}

TEST_CASE("what loses a name is asked for every grant of others, but no share mode or lock forbids it") {
  ClaimTable t;
  t.set_share(kB, {kReadRight, kDeleteRight});
  t.lock(kB, {}, true, true);
  CHECK(asked(t, kA, UnlinkAccess{}) == Kind::proceed);
  t.grant(kB, {.read = true});
  CHECK(asked(t, kA, UnlinkAccess{}) == Kind::recall);
}

TEST_CASE("while somebody else's change is under way nothing is granted") {
  ClaimTable t;
  t.begin_change(kA);
  t.begin_change(kB);
  CHECK_FALSE(t.may_grant(kA, {.read = true}));
  t.end_change(kB);
  CHECK(t.may_grant(kA, {.read = true}));
  CHECK(t.may_grant(kA2, {.directory = true}));
  CHECK_FALSE(t.may_grant(kB, {.read = true}));
  CHECK_FALSE(t.may_grant(kB, {.directory = true}));
  CHECK_FALSE(t.may_grant(kSmb, {.read = true}));
  t.end_change(kA);
  CHECK(t.may_grant(kB, {.directory = true}));
  CHECK(t.changes() == 0);
}
