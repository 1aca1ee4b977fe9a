#include "protocols/nfs4/state/recovery.h"

#include "engine/fs/fault_store.h"
#include "protocols/nfs4/tests/state_world.h"

namespace dfs::nfs4::test {
namespace {

using fs::FsError;

// A store that outlives its rosters, as one does a server's runs.
struct Kept {
  Random random{7};
  ManualClock clock;
  Trace trace{clock};
  fault::Registry faults{random, trace};
  stores::MemoryMetadata store{random};
  fs::FaultMetadata faulty{store, faults};
};

Ref<Client> client(u32 number, std::string_view owner, u8 verifier, Facet facet = Facet::v41, u32 uid = 0) {
  verifier4 v{};
  v[0] = verifier;
  return Ref<Client>::adopt(new Client(1, number, facet, owner, v, Principal{rpc::Flavor::sys, uid}));
}

size_t rows(Kept& k) {
  size_t n = 0;
  auto all = [&](fs::MetadataView& view) {
    return view.rows(fs::MetadataView::Table::server, "nfs4 client ", {},
                     [&](auto, auto) { return ++n != 0; });
  };
  REQUIRE(run_blocking(k.store.read(all)) == FsError::ok);
  return n;
}

TEST_CASE("a client is in the roster before it has state, once") {
  Kept k;
  Roster roster(&k.store, 90, k.faults);
  auto c = client(1, "owner", 1);
  CHECK(roster.settled());
  CHECK(run_blocking(roster.admit(*c)) == FsError::ok);
  CHECK(rows(k) == 1);
  CHECK(roster.settled());
  const fs::CommitSeq before = k.store.last_seq();
  CHECK(run_blocking(roster.admit(*c)) == FsError::ok);
  CHECK(k.store.last_seq() == before);
  roster.forget(*c);
  CHECK_FALSE(roster.settled());
  CHECK_FALSE(roster.cleared());
  CHECK(run_blocking(roster.settle()) == FsError::ok);
  CHECK(roster.cleared());
  CHECK(rows(k) == 0);
}

TEST_CASE("the next run knows whom the last one left") {
  Kept k;
  {
    Roster roster(&k.store, 90, k.faults);
    for (u32 n : {1u, 2u, 3u}) {
      auto c = client(n, "owner " + std::to_string(n), static_cast<u8>(n), n == 3 ? Facet::v40 : Facet::v41);
      REQUIRE(run_blocking(roster.admit(*c)) == FsError::ok);
    }
  }
  Roster roster(&k.store, 90, k.faults);
  REQUIRE(run_blocking(roster.load()) == FsError::ok);
  CHECK(roster.entries().size() == 3);
  CHECK(roster.left_by(*client(7, "owner 1", 1)));
  CHECK_FALSE(roster.left_by(*client(7, "owner 1", 9)));                    // another incarnation
  CHECK_FALSE(roster.left_by(*client(7, "owner 1", 1, Facet::v40)));        // another client
  CHECK_FALSE(roster.left_by(*client(7, "owner 1", 1, Facet::v41, 1000)));  // another principal
  CHECK(roster.left_by(*client(7, "owner 3", 3, Facet::v40)));

  SECTION("who comes back keeps its row, and is not written again") {
    auto c = client(7, "owner 1", 1);
    const fs::CommitSeq before = k.store.last_seq();
    CHECK(run_blocking(roster.admit(*c)) == FsError::ok);
    CHECK(k.store.last_seq() == before);
    CHECK_FALSE(roster.left_by(*client(8, "owner 1", 1)));
    roster.drop_absent();
    CHECK(run_blocking(roster.settle()) == FsError::ok);
    CHECK(rows(k) == 1);
  }
  SECTION("a row says how long the lease is that its client was told") {
    Roster shorter(&k.store, 10, k.faults);
    REQUIRE(run_blocking(shorter.load()) == FsError::ok);
    CHECK(shorter.entries()[1].lease == 90);
    CHECK(run_blocking(shorter.admit(*client(7, "owner 1", 1))) == FsError::ok);
    Roster next(&k.store, 90, k.faults);
    REQUIRE(run_blocking(next.load()) == FsError::ok);
    CHECK(next.entries()[1].lease == 10);  // by facet and owner: 4.0 comes first
  }
  SECTION("the grace period is over when all are complete") {
    roster.complete(*client(7, "owner 1", 1));
    roster.complete(*client(7, "owner 2", 2));
    CHECK_FALSE(roster.all_complete());  // owner 3 is of 4.0
    roster.succeeded_by(*client(7, "owner 3", 9, Facet::v40));
    CHECK(roster.all_complete());
  }
  SECTION("another principal's use of a name takes nothing from its owner") {
    roster.succeeded_by(*client(7, "owner 1", 9, Facet::v41, 1000));
    CHECK(roster.left_by(*client(8, "owner 1", 1)));
    roster.succeeded_by(*client(7, "owner 1", 9));
    CHECK_FALSE(roster.left_by(*client(8, "owner 1", 1)));
  }
}

TEST_CASE("a store that fails refuses the client, and is tried again") {
  Kept k;
  fs::declare_store_points(k.faults);
  Roster roster(&k.faulty, 90, k.faults);
  auto c = client(1, "owner", 1);
  REQUIRE(run_blocking(roster.admit(*c)) == FsError::ok);
  k.store.crash();
  auto other = client(2, "other", 1);
  CHECK(run_blocking(roster.admit(*other)) == FsError::io);
  CHECK_FALSE(roster.settled());
  CHECK(run_blocking(roster.admit(*c)) == FsError::io);  // nobody is let in before it is settled
}

TEST_CASE("a row that nobody understands is dropped") {
  Kept k;
  auto put = [](fs::MetadataTxn& t) {
    t.put_row(fs::MetadataView::Table::server, "nfs4 client 12345678", "\x63 of a later version");
    return FsError::ok;
  };
  REQUIRE(run_blocking(k.store.update(put)) == FsError::ok);
  Roster roster(&k.store, 90, k.faults);
  REQUIRE(run_blocking(roster.load()) == FsError::ok);
  CHECK(roster.entries().empty());
  CHECK(run_blocking(roster.settle()) == FsError::ok);
  CHECK(rows(k) == 0);
}

}  // namespace
}  // namespace dfs::nfs4::test
