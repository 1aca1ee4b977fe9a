#include "protocols/nfs4/state/opens.h"
#include "protocols/nfs4/tests/state_world.h"

using namespace dfs;
using namespace dfs::nfs4;
using namespace dfs::nfs4::test;

namespace {

struct OpenFile {
  stateid4 stateid{};
  std::string handle;
};

OpenFile open_f(Client41& c, const OPEN4args& a = opening("o")) {
  const Reply r = c.run(at_export().add(OP_OPEN, a).add(OP_GETFH));
  REQUIRE(r.status() == NFS4_OK);
  return {r[3].opopen->resok4.stateid, r[4].opgetfh->resok4.object.str()};
}

Ops at(const OpenFile& o) { return Ops().add(OP_PUTFH, PUTFH4args{Bytes::of(o.handle)}); }

nfsstat4 read_with(Client41& c, const OpenFile& o, const stateid4& id) {
  return c.run(at(o).add(OP_READ, READ4args{id, 0, 10})).status();
}

}  // namespace

// RFC 8881 8.2.
TEST_CASE("stateids: every way to be wrong") {
  World w;
  Client41 c(w, "client"), other(w, "other");
  const OpenFile o = open_f(c), g = open_f(c, opening("o", 3, 0, "g"));

  SECTION("the latest, and zero for the latest") {
    CHECK(read_with(c, o, o.stateid) == NFS4_OK);
    CHECK(read_with(c, o, {0, o.stateid.other}) == NFS4_OK);
  }
  SECTION("older and newer ones") {
    const OpenFile again = open_f(c);
    CHECK(again.stateid.other == o.stateid.other);
    CHECK(again.stateid.seqid == o.stateid.seqid + 1);
    CHECK(read_with(c, o, o.stateid) == NFS4ERR_OLD_STATEID);
    CHECK(read_with(c, o, {again.stateid.seqid + 1, o.stateid.other}) == NFS4ERR_BAD_STATEID);
    CHECK(read_with(c, o, again.stateid) == NFS4_OK);
  }
  SECTION("a bit flipped anywhere") {
    for (u32 i = 0; i < 96; ++i) {
      stateid4 id = o.stateid;
      id.other[i / 8] ^= static_cast<u8>(1 << i % 8);
      CHECK(read_with(c, o, id) == NFS4ERR_BAD_STATEID);
    }
  }
  SECTION("of another file, of another client") {
    CHECK(read_with(c, o, g.stateid) == NFS4ERR_BAD_STATEID);
    CHECK(read_with(other, o, o.stateid) == NFS4ERR_BAD_STATEID);
  }
  SECTION("closed") {
    const Reply r = c.run(at(o).add(OP_CLOSE, CLOSE4args{0, o.stateid}));
    REQUIRE(r.status() == NFS4_OK);
    // RFC 8881 18.2.4: the invalid special stateid.
    CHECK(r[2].opclose->open_stateid == stateid4{UINT32_MAX, {}});
    CHECK(read_with(c, o, o.stateid) == NFS4ERR_BAD_STATEID);
    CHECK(read_with(c, o, r[2].opclose->open_stateid) == NFS4ERR_BAD_STATEID);
  }
  SECTION("special ones") {
    Other zeros{}, ones;
    ones.fill(0xff);
    CHECK(read_with(c, o, {0, zeros}) == NFS4_OK);
    CHECK(read_with(c, o, {UINT32_MAX, ones}) == NFS4_OK);
    CHECK(read_with(c, o, {1, zeros}) == NFS4ERR_BAD_STATEID);  // the current one; there is none
    CHECK(read_with(c, o, {2, zeros}) == NFS4ERR_BAD_STATEID);
    CHECK(read_with(c, o, {0, ones}) == NFS4ERR_BAD_STATEID);
    CHECK(read_with(c, o, {UINT32_MAX, zeros}) == NFS4ERR_BAD_STATEID);
  }
  CHECK(check_invariants(*w.nfs4->state).empty());
}

// RFC 8881 16.2.3.1.2.
TEST_CASE("stateids: the current one") {
  World w;
  Client41 c(w, "client");
  const stateid4 current{1, {}};
  const OpenFile o = open_f(c);
  auto write = WRITE4args{current, 0, FILE_SYNC4, {}};
  CHECK(
      c.run(at_export().add(OP_OPEN, opening("o")).add(OP_WRITE, write).add(OP_CLOSE, CLOSE4args{0, current}))
          .status() == NFS4_OK);
  // It goes with the filehandle it belongs to, and is saved and restored with it.
  CHECK(c.run(at_export()
                  .add(OP_OPEN, opening("o"))
                  .add(OP_SAVEFH)
                  .add(OP_PUTROOTFH)
                  .add(OP_RESTOREFH)
                  .add(OP_WRITE, write))
            .status() == NFS4_OK);
  CHECK(c.run(at_export()
                  .add(OP_OPEN, opening("o"))
                  .add(OP_PUTFH, PUTFH4args{Bytes::of(o.handle)})
                  .add(OP_WRITE, write))
            .status() == NFS4ERR_BAD_STATEID);
}

TEST_CASE("stateids: TEST_STATEID and FREE_STATEID") {
  World w;
  Client41 c(w, "client"), other(w, "other");
  const OpenFile o = open_f(c);
  LOCK4args lock{WRITE_LT, false, 0, 10, {}};
  lock.locker.new_lock_owner = true;
  lock.locker.open_owner = {0, o.stateid, 0, {clientid4{}, Bytes::of("l")}};
  const Reply locked = c.run(at(o).add(OP_LOCK, lock));
  REQUIRE(locked.status() == NFS4_OK);
  const stateid4 l = locked[2].oplock->resok4.lock_stateid;

  const stateid4 ids[] = {o.stateid, l, {0, l.other}, {l.seqid + 1, l.other}, {}, {7, {1, 2, 3}}};
  const Reply tested = c.run(Ops().add(OP_TEST_STATEID, TEST_STATEID4args{{ids, 6}}));
  REQUIRE(tested.status() == NFS4_OK);
  const nfsstat4 want[] = {
      NFS4_OK, NFS4_OK, NFS4_OK, NFS4ERR_BAD_STATEID, NFS4ERR_BAD_STATEID, NFS4ERR_BAD_STATEID};
  const auto& codes = tested[1].optest_stateid->tsr_resok4.tsr_status_codes;
  REQUIRE(codes.size == 6);
  for (u32 i = 0; i < 6; ++i) CHECK(codes[i] == want[i]);
  CHECK((*other.run(Ops().add(OP_TEST_STATEID, TEST_STATEID4args{{ids, 1}}))[1].optest_stateid)
            .tsr_resok4.tsr_status_codes[0] == NFS4ERR_BAD_STATEID);

  auto free = [&](const stateid4& id) {
    return c.run(Ops().add(OP_FREE_STATEID, FREE_STATEID4args{id})).status();
  };
  CHECK(free(o.stateid) == NFS4ERR_LOCKS_HELD);
  CHECK(free(l) == NFS4ERR_LOCKS_HELD);
  const Reply unlocked = c.run(at(o).add(OP_LOCKU, LOCKU4args{WRITE_LT, 0, l, 0, UINT64_MAX}));
  REQUIRE(unlocked.status() == NFS4_OK);
  CHECK(free(l) == NFS4ERR_OLD_STATEID);
  CHECK(free(unlocked[2].oplocku->lock_stateid) == NFS4_OK);
  CHECK(free(unlocked[2].oplocku->lock_stateid) == NFS4ERR_BAD_STATEID);
  CHECK(check_invariants(*w.nfs4->state).empty());
}

// RFC 7530 16.19.
TEST_CASE("OPEN_DOWNGRADE: to what some of the OPENs asked for together") {
  for (u16 asked = 1; asked < 1u << 12; ++asked)
    for (u8 access = 1; access <= 3; ++access)
      for (u8 deny = 0; deny <= 3; ++deny) {
        // By trying every subset of the OPENs.
        bool possible = false;
        for (u16 some = asked; some != 0 && !possible; some = static_cast<u16>((some - 1) & asked)) {
          state::ShareMode together;
          for (u32 bit = 0; bit < 12; ++bit)
            if (some >> bit & 1) {
              together.access |= static_cast<u8>(bit / 4 + 1);
              together.deny |= static_cast<u8>(bit % 4);
            }
          possible = together == state::ShareMode{access, deny};
        }
        u16 kept;
        if (downgrades_to(asked, {access, deny}, &kept) != possible)
          FAIL(asked << " " << int(access) << " " << int(deny));
      }
}
