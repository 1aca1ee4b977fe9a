#include "protocols/rpc/drc.h"

#include <catch2/catch.hpp>

using namespace dfs;
using namespace dfs::rpc;
using Verdict = DuplicateRequestCache::Verdict;

namespace {
struct World {
  ManualClock clock;
  DuplicateRequestCache drc{clock, {.entries = 64, .bytes = 1 << 16, .lifetime = 120 * kSecond}, SipKey{}};
  IpAddress client = *IpAddress::parse("192.0.2.1");

  DuplicateRequestCache::Key key(u32 xid, std::string_view record = "remove a") {
    return drc.key(client, xid, 100003, 3, 12, record);
  }
  void complete(const DuplicateRequestCache::Key& k, std::string_view reply) {
    drc.finish(k, {Slice::copy_of(reply.data(), static_cast<u32>(reply.size()))});
  }
};
}  // namespace

TEST_CASE("drc: a repeated request gets the first reply, one still executing is dropped") {
  World w;
  std::string reply;
  CHECK(w.drc.begin(w.key(1), &reply) == Verdict::fresh);
  CHECK(w.drc.begin(w.key(1), &reply) == Verdict::in_progress);
  w.complete(w.key(1), "ok");
  CHECK(w.drc.begin(w.key(1), &reply) == Verdict::done);
  CHECK(reply == "ok");
}

TEST_CASE("drc: another client, another procedure, a reused xid with other contents are other requests") {
  World w;
  std::string reply;
  w.drc.begin(w.key(1), &reply);
  w.complete(w.key(1), "ok");
  CHECK(w.drc.begin(w.key(1, "remove b"), &reply) == Verdict::fresh);
  CHECK(w.drc.begin(w.key(2), &reply) == Verdict::fresh);
  auto other = w.key(1);
  other.client = *IpAddress::parse("192.0.2.2");
  CHECK(w.drc.begin(other, &reply) == Verdict::fresh);
}

TEST_CASE("drc: a failed execution may be repeated; an old reply is forgotten") {
  World w;
  std::string reply;
  w.drc.begin(w.key(1), &reply);
  w.drc.abandon(w.key(1));
  CHECK(w.drc.begin(w.key(1), &reply) == Verdict::fresh);
  w.complete(w.key(1), "ok");
  w.clock.advance(121 * kSecond);
  CHECK(w.drc.begin(w.key(1), &reply) == Verdict::fresh);
}

TEST_CASE("drc: bounded, but never forgets what still executes") {
  World w;
  std::string reply;
  CHECK(w.drc.begin(w.key(1), &reply) == Verdict::fresh);
  for (u32 xid = 2; xid < 2000; ++xid) {
    w.drc.begin(w.key(xid), &reply);
    w.complete(w.key(xid), std::string(100, 'r'));
  }
  CHECK(w.drc.size() <= 64 + 16);
  CHECK(w.drc.begin(w.key(1), &reply) == Verdict::in_progress);
}
