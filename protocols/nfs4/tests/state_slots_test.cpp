#include "protocols/nfs4/tests/state_world.h"

using namespace dfs;
using namespace dfs::nfs4;
using namespace dfs::nfs4::test;

namespace {

nfsstat4 sequence_status(const Reply& r) { return r[0].opsequence->sr_status; }

}  // namespace

// RFC 8881 2.10.6.1 and 18.46.3.
TEST_CASE("SEQUENCE: what a slot makes of a request's number") {
  World w;
  Client41 c(w, "client");
  const u32 last = c.last_seqid();
  const Ops root = Ops().add(OP_PUTROOTFH);

  SECTION("the next one is carried out") { CHECK(c.run(root).status() == NFS4_OK); }
  SECTION("an earlier one, or one too far ahead, is misordered") {
    for (u32 seqid : {last - 1, last + 2, last + 1000, 0u})
      CHECK(sequence_status(c.run(c.sequence(seqid), root)) == NFS4ERR_SEQ_MISORDERED);
    CHECK(c.run(root).status() == NFS4_OK);
  }
  SECTION("a slot that was never used has nothing to replay") {
    CHECK(sequence_status(c.run(c.sequence(0, 3), root)) == NFS4ERR_SEQ_MISORDERED);
    CHECK(c.run(c.sequence(1, 3), root).status() == NFS4_OK);
  }
  SECTION("beyond the table there is no slot") {
    CHECK(sequence_status(c.run(c.sequence(1, 4), root)) == NFS4ERR_BADSLOT);
  }
  SECTION("nor a session that was not made") {
    SEQUENCE4args s = c.sequence(last + 1);
    for (u32 i = 0; i < s.sa_sessionid.size(); ++i) {
      SEQUENCE4args bad = s;
      bad.sa_sessionid[i] ^= 1;
      CHECK(sequence_status(c.run(bad, root)) == NFS4ERR_BADSESSION);
    }
  }
}

TEST_CASE("SEQUENCE: a retry is answered with the first reply, to the byte and to the tag") {
  World w;
  Client41 c(w, "client");
  const Ops open = at_export().add(OP_OPEN, opening("o")).add(OP_GETFH);
  Ops whole;
  whole.add(OP_SEQUENCE, c.sequence(c.last_seqid() + 1)).append(open);
  const Reply first = w.compound(1, whole, "tag");
  REQUIRE(first.status() == NFS4_OK);
  const Reply again = w.compound(1, whole, "another tag");
  CHECK(again.record.substr(8) == first.record.substr(8));  // behind the xid
  CHECK(take_snapshot(*w.nfs4->state).stateids == 1);
}

TEST_CASE("SEQUENCE: another request with a slot's last number is a false retry") {
  World w;
  Client41 c(w, "client");
  const u32 seqid = c.last_seqid() + 1;
  REQUIRE(c.run(c.sequence(seqid), at_export().add(OP_GETFH)).status() == NFS4_OK);
  CHECK(sequence_status(c.run(c.sequence(seqid), at_export().add(OP_SAVEFH))) == NFS4ERR_SEQ_FALSE_RETRY);
  CHECK(sequence_status(c.run(c.sequence(seqid), at_export())) == NFS4ERR_SEQ_FALSE_RETRY);
  CHECK(sequence_status(c.run(c.sequence(seqid, 0, false), at_export().add(OP_GETFH))) ==
        NFS4ERR_SEQ_FALSE_RETRY);
  CHECK(c.run(c.sequence(seqid), at_export().add(OP_GETFH)).status() == NFS4_OK);
}

TEST_CASE(
    "SEQUENCE: what was not to be remembered is RETRY_UNCACHED_REP, SEQUENCE alone always is remembered") {
  World w;
  Client41 c(w, "client");
  const u32 seqid = c.last_seqid() + 1;
  REQUIRE(c.run(c.sequence(seqid, 0, false), at_export()).status() == NFS4_OK);
  const Reply again = c.run(c.sequence(seqid, 0, false), at_export());
  CHECK(again.status() == NFS4ERR_RETRY_UNCACHED_REP);
  REQUIRE(again.size() == 2);
  CHECK(sequence_status(again) == NFS4_OK);
  CHECK(again[1].resop == OP_PUTROOTFH);

  REQUIRE(c.run(c.sequence(1, 1, false), Ops()).status() == NFS4_OK);
  const Reply alone = c.run(c.sequence(1, 1, false), Ops());
  CHECK(alone.status() == NFS4_OK);
  CHECK(alone.size() == 1);
}

TEST_CASE("SEQUENCE: the number wraps") {
  World w;
  Client41 c(w, "client");
  auto session = w.nfs4->state->find_session(c.session());
  Slot* slot = nullptr;
  rpc::Call call(w.loop);
  call.transport = &w.peer;
  // Not four thousand million requests: what matters is that no number is special.
  REQUIRE(session->begin({c.session(), 1, slotid4{2}, {}, false}, 5, &slot).status == NFS4_OK);
  CHECK(session->begin({c.session(), 1, slotid4{2}, {}, false}, 5, &slot).status == NFS4ERR_DELAY);
  CHECK(session->begin({c.session(), 2, slotid4{2}, {}, false}, 5, &slot).status == NFS4ERR_SEQ_MISORDERED);
  {
    Compound given_up(*w.nfs4, call);
    slot->ended(given_up, {});
  }
  // Given up without a reply: what comes again is carried out.
  CHECK(session->begin({c.session(), 1, slotid4{2}, {}, false}, 5, &slot).status == NFS4_OK);
  CHECK_FALSE(session->close(nullptr));
  {
    Compound ended(*w.nfs4, call);
    slot->ended(ended, {Slice::copy_of("reply", 5)});
  }
  CHECK(session->close(nullptr));
  CHECK(session->begin({c.session(), 2, slotid4{2}, {}, false}, 5, &slot).status == NFS4ERR_BADSESSION);
}

TEST_CASE("SEQUENCE: a session's limits") {
  World w;
  Client41 c(w, "client");
  Ops many;
  for (u32 i = 0; i < 32; ++i) many.add(OP_PUTROOTFH);
  CHECK(sequence_status(c.run(c.sequence(c.last_seqid() + 1), many)) == NFS4ERR_TOO_MANY_OPS);
  CHECK(c.run(at_export()).status() == NFS4_OK);  // the slot was not taken
}

TEST_CASE("channels: what is too small, and what is granted") {
  channel_attrs4 asked{0, 4096, 4096, 2048, 8, 16, {}};
  ChannelAttrs granted;
  CHECK(negotiate_fore(asked, 1u << 20, 128, &granted) == NFS4_OK);
  CHECK(to_wire(granted).ca_maxrequests == 16);
  for (auto spoil :
       std::initializer_list<void (*)(channel_attrs4&)>{[](channel_attrs4& a) { a.ca_maxrequestsize = 20; },
                                                        [](channel_attrs4& a) { a.ca_maxresponsesize = 20; },
                                                        [](channel_attrs4& a) { a.ca_maxoperations = 0; }}) {
    channel_attrs4 small = asked;
    spoil(small);
    CHECK(negotiate_fore(small, 1u << 20, 128, &granted) == NFS4ERR_TOOSMALL);
    CHECK(negotiate_back(small, &granted) == NFS4ERR_TOOSMALL);
  }
  asked.ca_maxrequests = 0;
  CHECK(negotiate_fore(asked, 1u << 20, 128, &granted) == NFS4ERR_INVAL);
  asked = {0, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, {}};
  REQUIRE(negotiate_fore(asked, 1u << 20, 128, &granted) == NFS4_OK);
  CHECK(granted.max_operations == 128);
  CHECK(granted.max_request > 1u << 20);
  CHECK(granted.max_response_cached <= 1u << 16);
  CHECK(granted.max_requests <= 1024);
}
