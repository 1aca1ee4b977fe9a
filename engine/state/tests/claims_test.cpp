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
  t.add(kA, ByteRange{{10, 20}, false});
  CHECK(asked(t, kB, LockAccess{{10, 20}, false}) == Kind::proceed);
  CHECK(asked(t, kB, LockAccess{{19, 30}, true}) == Kind::refuse);
  CHECK(asked(t, kB, LockAccess{{20, 30}, true}) == Kind::proceed);
  CHECK(asked(t, kB, LockAccess{{0, 10}, true}) == Kind::proceed);
  CHECK(asked(t, kA, LockAccess{{10, 20}, true}) == Kind::proceed);
  CHECK(asked(t, kA2, LockAccess{{10, 20}, true}) == Kind::refuse);
  CHECK(asked(t, kSmb, LockAccess{{0, UINT64_MAX}, true}) == Kind::refuse);
}

TEST_CASE("locks bind reads and writes only when they are mandatory") {
  ClaimTable t;
  t.add(kA, ByteRange{{0, 10}, true});
  CHECK(asked(t, kB, WriteAccess{{0, 10}}) == Kind::proceed);
  t.add(kSmb, ByteRange{{20, 30}, true, true});
  t.add(kSmb, ByteRange{{40, 50}, false, true});
  CHECK(asked(t, kB, ReadAccess{{25, 26}}) == Kind::refuse);
  CHECK(asked(t, kB, ReadAccess{{45, 46}}) == Kind::proceed);
  CHECK(asked(t, kB, WriteAccess{{45, 46}}) == Kind::refuse);
  CHECK(asked(t, kSmb, WriteAccess{{25, 26}}) == Kind::proceed);
}

TEST_CASE("share modes: access against deny, both ways") {
  for (u8 access = 1; access < 8; ++access)
    for (u8 deny = 0; deny < 8; ++deny)
      for (u8 want = 1; want < 8; ++want)
        for (u8 refuse = 0; refuse < 8; ++refuse) {
          ClaimTable t;
          t.add(kA, ShareMode{access, deny});
          const bool conflict = (want & deny) != 0 || (refuse & access) != 0;
          CHECK((asked(t, kB, OpenAccess{want, refuse}) == Kind::refuse) == conflict);
        }
}

TEST_CASE("share modes: they bind those without an open too") {
  ClaimTable t;
  t.add(kSmb, ShareMode{kReadRight, kWriteRight | kDeleteRight});
  CHECK(asked(t, kB, ReadAccess{}) == Kind::proceed);
  CHECK(asked(t, kB, WriteAccess{}) == Kind::refuse);
  CHECK(asked(t, kB, RemoveAccess{}) == Kind::refuse);
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
  };
  for (const Cell& cell : cells) {
    const std::pair<CachingGrant, bool> grants[] = {{{true, false, false}, cell.read},
                                                    {{false, true, false}, cell.write},
                                                    {{false, false, true}, cell.handle}};
    for (const auto& [grant, recalled] : grants) {
      ClaimTable t;
      const ClaimId id = t.add(kA, grant);
      const Verdict v = t.judge(kB, cell.access);
      CHECK((v.kind == Kind::recall) == recalled);
      if (recalled) CHECK(v.claims == std::vector<ClaimId>{id});
      CHECK(asked(t, kA2, cell.access) == Kind::proceed);  // one's own client's grant is no obstacle
    }
  }
}

TEST_CASE("grants are recalled before anybody is refused, and the table is asked again") {
  ClaimTable t;
  const ClaimId grant = t.add(kA, CachingGrant{true, true, false});
  t.add(kA, ByteRange{{0, 10}, true});
  CHECK(t.judge(kB, LockAccess{{0, 10}, true}).kind == Kind::recall);
  CHECK(t.remove(grant));
  CHECK_FALSE(t.remove(grant));
  CHECK(t.judge(kB, LockAccess{{0, 10}, true}).kind == Kind::refuse);
}

TEST_CASE("unlock splits, shortens and removes") {
  ClaimTable t;
  const ClaimId id = t.add(kA, ByteRange{{0, 100}, true});
  t.add(kB, ByteRange{{200, 300}, true});
  CHECK(t.unlock(kA, {40, 60}) == 1);
  REQUIRE(t.claims().size() == 3);
  CHECK(t.claims()[0].id == id);
  CHECK(std::get<ByteRange>(t.claims()[0].what).range == Range{0, 40});
  CHECK(std::get<ByteRange>(t.claims()[1].what).range == Range{60, 100});
  CHECK(t.claims()[1].id != id);
  CHECK(t.unlock(kA, {0, 50}) == 1);
  CHECK(t.unlock(kA, {}) == 1);
  CHECK(t.unlock(kA, {}) == 0);
  CHECK(t.claims().size() == 1);
  CHECK(t.remove_client(kB) == 1);
  CHECK(t.empty());
}
