#include "protocols/nfs4/tests/state_world.h"

using namespace dfs;
using namespace dfs::nfs4;
using namespace dfs::nfs4::test;

// Every cell of what comes in and what stands already, between two clients, by what the client is told. What
// stands in the way is decided by engine/state, whose own tests go through the same cells without a protocol.

namespace {

struct File {
  std::string handle;
  stateid4 stateid{};
};

File open_f(Client41& c, std::string_view owner, u32 access, u32 deny) {
  const Reply r = c.run(at_export().add(OP_OPEN, opening(owner, access, deny)).add(OP_GETFH));
  REQUIRE(r.status() == NFS4_OK);
  return {r[4].opgetfh->resok4.object.str(), r[3].opopen->resok4.stateid};
}

Ops at(const File& f) { return Ops().add(OP_PUTFH, PUTFH4args{Bytes::of(f.handle)}); }

LOCK4args locking(const File& f, nfs_lock_type4 type, u64 offset, u64 length, std::string_view owner) {
  LOCK4args a{type, false, offset, length, {}};
  a.locker.new_lock_owner = true;
  a.locker.open_owner = {0, f.stateid, 0, {clientid4{}, Bytes::of(owner)}};
  return a;
}

}  // namespace

TEST_CASE("cells: OPEN against an open") {
  for (u32 access = 1; access <= 3; ++access)
    for (u32 deny = 0; deny <= 3; ++deny)
      for (u32 want = 1; want <= 3; ++want)
        for (u32 refuse = 0; refuse <= 3; ++refuse) {
          World w;
          Client41 a(w, "a"), b(w, "b");
          open_f(a, "o", access, deny);
          const bool conflict = (want & deny) != 0 || (refuse & access) != 0;
          const nfsstat4 expected = conflict ? NFS4ERR_SHARE_DENIED : NFS4_OK;
          INFO(access << deny << want << refuse);
          CHECK(b.run(at_export().add(OP_OPEN, opening("o", want, refuse))).status() == expected);
          // Another owner of the same client is somebody else; the same owner adds to what it has.
          World again;
          Client41 c(again, "c");
          open_f(c, "o", access, deny);
          CHECK(c.run(at_export().add(OP_OPEN, opening("p", want, refuse))).status() == expected);
          CHECK(check_invariants(*w.nfs4->state).empty());
          CHECK(check_invariants(*again.nfs4->state).empty());
        }
}

// RFC 7530 9.9: "with no exception for an existing OPEN for the same open-owner".
TEST_CASE("cells: an owner that opens again has what it asked for together, or is denied like anybody") {
  for (u32 access = 1; access <= 3; ++access)
    for (u32 deny = 0; deny <= 3; ++deny)
      for (u32 more = 1; more <= 3; ++more)
        for (u32 refuse = 0; refuse <= 3; ++refuse) {
          World w;
          Client41 c(w, "c");
          open_f(c, "o", access, deny);
          const bool conflict = (more & deny) != 0 || (refuse & access) != 0;
          CHECK(c.run(at_export().add(OP_OPEN, opening("o", more, refuse))).status() ==
                (conflict ? NFS4ERR_SHARE_DENIED : NFS4_OK));
          const Snapshot s = take_snapshot(*w.nfs4->state);
          REQUIRE(s.clients.at(0).opens.size() == 1);
          CHECK(s.clients[0].opens[0].access == (conflict ? access : access | more));
          CHECK(s.clients[0].opens[0].deny == (conflict ? deny : deny | refuse));
        }
}

TEST_CASE("cells: input and output without an open, and with one, against an open that denies") {
  const stateid4 anonymous{};
  stateid4 bypass{UINT32_MAX, {}};
  bypass.other.fill(0xff);
  for (u32 deny = 0; deny <= 3; ++deny) {
    BlockingExecutor home;  // a truncation is a coroutine, which has to be somewhere
    World w;
    Client41 a(w, "a"), b(w, "b");
    const File f = open_f(a, "o", 3, deny);
    const nfsstat4 reads = deny & 1 ? NFS4ERR_LOCKED : NFS4_OK, writes = deny & 2 ? NFS4ERR_LOCKED : NFS4_OK;
    CHECK(b.run(at(f).add(OP_READ, READ4args{anonymous, 0, 1})).status() == reads);
    CHECK(b.run(at(f).add(OP_READ, READ4args{bypass, 0, 1})).status() == NFS4_OK);
    CHECK(b.run(at(f).add(OP_WRITE, WRITE4args{anonymous, 0, FILE_SYNC4, {}})).status() == writes);
    CHECK(b.run(at(f).add(OP_WRITE, WRITE4args{bypass, 0, FILE_SYNC4, {}})).status() == writes);
    CHECK(a.run(at(f).add(OP_READ, READ4args{f.stateid, 0, 1})).status() == NFS4_OK);
    CHECK(a.run(at(f).add(OP_WRITE, WRITE4args{f.stateid, 0, FILE_SYNC4, {}})).status() == NFS4_OK);
    // Opening to truncate is writing, and is refused before anything is cut.
    OPEN4args cut = opening("p", OPEN4_SHARE_ACCESS_WRITE);
    const u32 mask[] = {1u << FATTR4_SIZE};
    const u8 zero[8] = {};
    cut.openhow.how.createattrs = {{mask, 1}, {zero, 8}};
    CHECK(b.run(at_export().add(OP_OPEN, cut)).status() == (deny & 2 ? NFS4ERR_SHARE_DENIED : NFS4_OK));
  }
}

TEST_CASE("cells: input and output against what the own open may") {
  for (u32 access = 1; access <= 3; ++access) {
    World w;
    Client41 c(w, "c");
    const File f = open_f(c, "o", access, 0);
    // RFC 8881 9.1.2: a READ with an open for writing is let through.
    CHECK(c.run(at(f).add(OP_READ, READ4args{f.stateid, 0, 1})).status() == NFS4_OK);
    CHECK(c.run(at(f).add(OP_WRITE, WRITE4args{f.stateid, 0, FILE_SYNC4, {}})).status() ==
          (access & 2 ? NFS4_OK : NFS4ERR_OPENMODE));
    for (nfs_lock_type4 type : {READ_LT, WRITE_LT, READW_LT, WRITEW_LT}) {
      const bool for_writing = type == WRITE_LT || type == WRITEW_LT;
      const bool may = (access & (for_writing ? 2u : 1u)) != 0;
      CHECK(c.run(at(f).add(OP_LOCK, locking(f, type, 0, 1, "l"))).status() ==
            (may ? NFS4_OK : NFS4ERR_OPENMODE));
    }
    CHECK(check_invariants(*w.nfs4->state).empty());
  }
}

TEST_CASE("cells: LOCK and LOCKT against a lock") {
  for (nfs_lock_type4 held : {READ_LT, WRITE_LT})
    for (nfs_lock_type4 wanted : {READ_LT, WRITE_LT, READW_LT, WRITEW_LT})
      for (auto [offset, overlaps] : {std::pair{0, false}, {5, true}, {10, true}, {19, true}, {20, false}}) {
        World w;
        Client41 a(w, "a"), b(w, "b");
        const File fa = open_f(a, "o", 3, 0), fb = open_f(b, "o", 3, 0);
        REQUIRE(a.run(at(fa).add(OP_LOCK, locking(fa, held, 10, 10, "holder"))).status() == NFS4_OK);
        const bool exclusive = held == WRITE_LT || wanted == WRITE_LT || wanted == WRITEW_LT;
        const nfsstat4 expected = exclusive && overlaps ? NFS4ERR_DENIED : NFS4_OK;
        const auto from = static_cast<u64>(offset);
        const LOCKT4args test{wanted, from, 6, {clientid4{}, Bytes::of("l")}};
        const Reply tested = b.run(at(fb).add(OP_LOCKT, test));
        CHECK(tested.status() == expected);
        const Reply locked = b.run(at(fb).add(OP_LOCK, locking(fb, wanted, from, 6, "l")));
        CHECK(locked.status() == expected);
        if (expected == NFS4ERR_DENIED) {
          for (const LOCK4denied* d : {&tested[2].oplockt->denied, &locked[2].oplock->denied}) {
            CHECK(d->offset == 10);
            CHECK(d->length == 10);
            CHECK(d->locktype == held);
            CHECK(d->owner.clientid == a.clientid);
            CHECK(d->owner.owner.view() == "holder");
          }
        }
        // The holder himself is never in his own way.
        const LOCKT4args own{WRITE_LT, 0, UINT64_MAX, {clientid4{}, Bytes::of("holder")}};
        if (expected == NFS4ERR_DENIED) CHECK(a.run(at(fa).add(OP_LOCKT, own)).status() == NFS4_OK);
        // Locks are advice: whoever has opened the file reads and writes.
        CHECK(b.run(at(fb).add(OP_WRITE, WRITE4args{fb.stateid, 10, FILE_SYNC4, {}})).status() == NFS4_OK);
        CHECK(check_invariants(*w.nfs4->state).empty());
      }
}

TEST_CASE("cells: what a CLOSE leaves") {
  World w;
  Client41 a(w, "a"), b(w, "b");
  const File fa = open_f(a, "o", 3, 3);
  REQUIRE(a.run(at(fa).add(OP_LOCK, locking(fa, WRITE_LT, 0, UINT64_MAX, "l"))).status() == NFS4_OK);
  REQUIRE(a.run(at(fa).add(OP_CLOSE, CLOSE4args{0, fa.stateid})).status() == NFS4_OK);
  const File fb = open_f(b, "o", 3, 3);
  CHECK(b.run(at(fb).add(OP_LOCK, locking(fb, WRITE_LT, 0, UINT64_MAX, "l"))).status() == NFS4_OK);
  const Snapshot s = take_snapshot(*w.nfs4->state);
  CHECK(s.clients.at(0).opens.empty());
  CHECK(s.clients.at(0).locks.empty());
  CHECK(s.files.size() == 1);
  CHECK(check_invariants(*w.nfs4->state).empty());
}

TEST_CASE("an open file stays when it loses its name, and goes with its last CLOSE") {
  World w;
  Client41 c(w, "c");
  const File f = open_f(c, "o", 3, 0);
  REQUIRE(c.run(at_export().add(OP_REMOVE, REMOVE4args{Text::of("f")})).status() == NFS4_OK);
  CHECK(c.run(at(f).add(OP_READ, READ4args{f.stateid, 0, 1})).status() == NFS4_OK);
  REQUIRE(c.run(at(f).add(OP_CLOSE, CLOSE4args{0, f.stateid})).status() == NFS4_OK);
  CHECK(c.run(at(f).getattr({FATTR4_TYPE})).status() == NFS4ERR_STALE);
}
