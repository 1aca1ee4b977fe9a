#include "protocols/nfs4/compound.h"

#include "engine/wire/codec.h"

#include "protocols/nfs4/attrs/attr_set.h"
#include "protocols/nfs4/tests/world.h"

using namespace dfs;
using namespace dfs::nfs4;
using namespace dfs::nfs4::test;

namespace {

constexpr u32 kSuccess = 0, kGarbageArgs = 4;

u32 accept_stat(const World& w) {
  return wire::load_u32(reinterpret_cast<const u8*>(w.peer.replies.back().data()) + 4 + 20);
}

CREATE4args directory(std::string_view name) {
  CREATE4args a{};
  a.objtype.type = NF4DIR;
  a.objname = Text::of(name);
  return a;
}

// A session's limits without a session: what SEQUENCE sets, at the size of reply that is wanted.
struct Limited {
  World world;
  rpc::Call call{world.loop};
  std::optional<Compound> c;
  Limited() {
    call.transport = &world.peer;
    c.emplace(*world.nfs4, call);
  }
  ~Limited() { c.reset(); }
};

}  // namespace

TEST_CASE("the header of a COMPOUND", "[nfs4]") {
  World w;
  Reply r = w.compound(0, Ops(), "a tag");
  CHECK(r.status() == NFS4_OK);
  CHECK(r.size() == 0);
  CHECK(r.res.tag.view() == "a tag");
  for (u32 minor : {3u, 100u, 0xffffffffu}) {
    r = w.compound(minor, Ops().add(OP_PUTROOTFH), "t");
    CHECK(r.status() == NFS4ERR_MINOR_VERS_MISMATCH);
    CHECK(r.size() == 0);
    CHECK(r.res.tag.view() == "t");
  }
  r = w.compound(0, Ops().add(OP_PUTROOTFH), "\xff");
  CHECK(r.status() == NFS4ERR_INVAL);
  CHECK(r.size() == 0);
  CHECK(r.res.tag.view() == "\xff");
  CHECK(w.send(std::string(3, '\0'), 5));
  CHECK(accept_stat(w) == kGarbageArgs);
  CHECK(w.send(World::arguments(0, Ops()) + std::string(4, '\0'), 6));
  CHECK(accept_stat(w) == kGarbageArgs);
}

TEST_CASE("a COMPOUND ends with the operation that fails", "[nfs4]") {
  World w;
  const Reply r = w.compound(0, Ops().add(OP_PUTROOTFH).lookup("no such").add(OP_GETFH));
  CHECK(r.status() == NFS4ERR_NOENT);
  REQUIRE(r.size() == 2);
  CHECK(r[1].resop == OP_LOOKUP);
  CHECK(r[1].oplookup->status == NFS4ERR_NOENT);
}

TEST_CASE("numbers that are no operation's are OP_ILLEGAL", "[nfs4]") {
  World w;
  for (u32 number : {0u, 2u, 40u, 59u, 76u, 10044u}) {
    const Reply r = w.compound(0, Ops().add(OP_PUTROOTFH).raw(number));
    CAPTURE(number);
    REQUIRE(r.size() == 2);
    CHECK(r.status() == NFS4ERR_OP_ILLEGAL);
    CHECK(r[1].resop == OP_ILLEGAL);
    CHECK(r[1].opillegal->status == NFS4ERR_OP_ILLEGAL);
  }
}

TEST_CASE("arguments that do not decode", "[nfs4]") {
  World w;
  const Ops put = Ops().add(OP_PUTROOTFH);
  // Cut off: those before were carried out.
  Reply r = w.compound(0, Ops(put).raw(OP_LOOKUP, std::string("\0\0\0\x08name", 8)));
  CHECK(r.status() == NFS4ERR_BADXDR);
  REQUIRE(r.size() == 2);
  CHECK(r[1].resop == OP_LOOKUP);
  // Something behind the last operation: it is not carried out.
  const Ops make = Ops(put).lookup("export").add(OP_CREATE, directory("made"));
  REQUIRE(w.send(World::arguments(0, make) + std::string(4, '\0'), 77));
  r = w.decode_last();
  CHECK(r.status() == NFS4ERR_BADXDR);
  CHECK(r.size() == 3);
  CHECK(w.compound(0, Ops(put).lookup("export").lookup("made")).status() == NFS4ERR_NOENT);
  // The number of an operation is missing.
  std::string arguments = World::arguments(0, put);
  arguments[11] = 2;  // operations
  REQUIRE(w.send(arguments, 78));
  CHECK(accept_stat(w) == kGarbageArgs);  // even the numbers alone do not fit
  arguments = World::arguments(0, Ops().lookup("name"));
  arguments[11] = 2;
  REQUIRE(w.send(World::arguments(0, Ops(put).lookup("export")).replace(11, 1, "\3"), 79));
  r = w.decode_last();
  CHECK(r.status() == NFS4ERR_BADXDR);
  CHECK(r.size() == 3);
}

TEST_CASE("more operations than a COMPOUND may have", "[nfs4]") {
  Limits limits;
  limits.operations = 8;
  World w({"/export"}, limits);
  Ops ops = Ops().add(OP_PUTROOTFH).lookup("export").add(OP_CREATE, directory("made"));
  while (ops.count() < 8) ops.add(OP_SAVEFH);
  CHECK(w.compound(0, ops).status() == NFS4_OK);
  Ops nine = Ops().add(OP_PUTROOTFH).lookup("export").add(OP_CREATE, directory("not made"));
  while (nine.count() < 9) nine.add(OP_SAVEFH);
  const Reply r = w.compound(0, nine);
  CHECK(r.status() == NFS4ERR_RESOURCE);
  CHECK(r.size() == 1);
  CHECK(w.compound(0, Ops().add(OP_PUTROOTFH).lookup("export").lookup("not made")).status() == NFS4ERR_NOENT);
}

TEST_CASE("4.0: a retransmission of what changes files gets the first reply", "[nfs4]") {
  World w;
  const Ops make = Ops().add(OP_PUTROOTFH).lookup("export").add(OP_CREATE, directory("made"));
  const Reply first = w.compound(0, make, "", 42);
  CHECK(first.status() == NFS4_OK);
  CHECK(w.compound(0, make, "", 42).record == first.record);
  w.peer.address.port = 999;  // from another port of the same client
  CHECK(w.compound(0, make, "", 42).record == first.record);
  CHECK(w.compound(0, make, "", 43).status() == NFS4ERR_EXIST);
  CHECK(w.compound(0, make, "other", 42).status() == NFS4ERR_EXIST);  // another request
  w.peer.address.ip = *IpAddress::parse("192.0.2.2");
  CHECK(w.compound(0, make, "", 42).status() == NFS4ERR_EXIST);
  // Failures are remembered too, and what changes nothing is not.
  const size_t size = w.drc.size();
  CHECK(w.compound(0, Ops().add(OP_PUTROOTFH).lookup("export"), "", 50).status() == NFS4_OK);
  CHECK(w.drc.size() == size);
}

TEST_CASE("bytes of a reply are counted as they are written", "[nfs4]") {
  World w;
  for (const char* tag : {"", "x", "a tag of some length"}) {
    Limited l;
    const Reply r = l.world.compound(0,
                                     Ops()
                                         .add(OP_PUTROOTFH)
                                         .lookup("export")
                                         .add(OP_GETFH)
                                         .getattr({FATTR4_TYPE, FATTR4_OWNER})
                                         .add(OP_SAVEFH),
                                     tag);
    REQUIRE(r.status() == NFS4_OK);
    size_t results = 0;
    for (u32 i = 0; i < r.size(); ++i) results += encoded_size(r[i]);
    CHECK(r.bytes() == 24 + 4 + 4 + wire::padded(std::string_view(tag).size()) + 4 + results);
  }
}

TEST_CASE("room in a reply", "[nfs4]") {
  Limited l;
  Compound& c = *l.c;
  c.reply_bytes = 100;
  c.count = 1;
  c.max_reply = 120;
  CHECK(c.room() == 20);
  CHECK(c.reserve(20) == NFS4_OK);
  CHECK(c.reserve(21) == NFS4ERR_REP_TOO_BIG);
  c.count = 2;  // the next one has a result too
  CHECK(c.room() == 12);
  CHECK(c.reserve(12) == NFS4_OK);
  CHECK(c.reserve(13) == NFS4ERR_REP_TOO_BIG);
  c.max_cached = 110;
  CHECK(c.reserve(12) == NFS4_OK);
  c.cached = true;
  CHECK(c.reserve(2) == NFS4_OK);
  CHECK(c.reserve(3) == NFS4ERR_REP_TOO_BIG_TO_CACHE);
  CHECK(c.reserve(13) == NFS4ERR_REP_TOO_BIG);
  CHECK(c.room() == 2);
  c.max_reply = 100;
  CHECK(c.room() == 0);
}

TEST_CASE("who keeps replies hears of the end once", "[nfs4]") {
  struct Keeper final : ReplyKeeper {
    std::vector<std::string> bodies;
    void ended(Compound&, const SliceList& body) override { bodies.push_back(flatten(body)); }
    fs::FsError put_down(fs::MetadataTxn&, Compound&, const nfs_resop4&) override { return fs::FsError::ok; }
  };
  Keeper keeper;
  Limited given_up;
  given_up.c->keeper = &keeper;
  given_up.c.reset();
  CHECK(keeper.bodies == std::vector<std::string>{""});
  Limited answered;
  answered.c->keeper = &keeper;
  answered.c->tag = Text::of("kept");
  conclude(*answered.c);
  answered.c.reset();
  REQUIRE(keeper.bodies.size() == 2);
  CHECK(keeper.bodies[1] == flatten(answered.call.reply_bytes).substr(4 + 24));
}

TEST_CASE("fault points of operations and of the COMPOUND", "[nfs4]") {
  World w;
  const auto arm = [&](const char* point, fault::Action action) {
    auto name = fault::parse_point(point);
    REQUIRE(name);
    REQUIRE(w.faults.arm({*name, {}, action}).has_value());
  };
  const Ops make = Ops().add(OP_PUTROOTFH).lookup("export").add(OP_CREATE, directory("made"));
  const auto made = [&] {
    return w.compound(0, Ops().add(OP_PUTROOTFH).lookup("export").lookup("made")).status() == NFS4_OK;
  };
  arm("nfs4.op.CREATE.enter", {.kind = fault::ActionKind::fail, .number = NFS4ERR_DELAY});
  Reply r = w.compound(0, make);
  CHECK(r.status() == NFS4ERR_DELAY);
  CHECK(r.size() == 3);
  w.faults.heal();
  CHECK_FALSE(made());
  arm("nfs4.compound.begin", {.kind = fault::ActionKind::fail, .number = NFS4ERR_SERVERFAULT});
  r = w.compound(0, make);
  CHECK(r.status() == NFS4ERR_SERVERFAULT);
  CHECK(r.size() == 0);
  w.faults.heal();
  arm("nfs4.op.CREATE.leave", {.kind = fault::ActionKind::drop_reply});
  CHECK_FALSE(w.send(World::arguments(0, make), 60));
  w.faults.heal();
  CHECK(made());
  // A retransmission is carried out again: there was no reply to remember.
  CHECK(w.compound(0, make, "", 60).status() == NFS4ERR_EXIST);
  arm("nfs4.compound.end", {.kind = fault::ActionKind::drop_reply});
  const Ops other = Ops().add(OP_PUTROOTFH).lookup("export").add(OP_CREATE, directory("other"));
  CHECK_FALSE(w.send(World::arguments(0, other), 61));
  w.faults.heal();
  CHECK(w.compound(0, other, "", 61).status() == NFS4_OK);  // remembered before it was lost
  CHECK_FALSE(w.faults.arm({*fault::parse_point("nfs4.op.NOSUCH.enter"), {}, {}}).has_value());
}
