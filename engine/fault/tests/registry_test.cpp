#include "engine/fault/registry.h"

#include <catch2/catch.hpp>

#include "engine/loop/scope.h"

using namespace dfs;
using namespace dfs::fault;

namespace {
struct World {
  ManualClock clock;
  Random random{7};
  Trace trace{clock};
  Registry registry{random, trace};

  u64 arm(const char* point, Trigger t = {}, Action a = {ActionKind::drop_reply}) {
    auto name = parse_point(point);
    REQUIRE(name);
    auto id = registry.arm({*name, t, a});
    INFO((id ? std::string() : id.error()));
    REQUIRE(id);
    return *id;
  }
  // Which of n hits fire.
  std::vector<int> pattern(int n, Context c = {}) {
    std::vector<int> out;
    for (int i = 1; i <= n; ++i)
      if (registry.check(Point::rpc_record_rx, c)) out.push_back(i);
    return out;
  }
};
}  // namespace

TEST_CASE("points: a name is a point or a family's detail") {
  CHECK(parse_point("net.read")->point == Point::net_read);
  auto p = parse_point("nfs3.proc.READ.enter");
  REQUIRE(p);
  CHECK(p->point == Point::nfs3_proc_enter);
  CHECK(p->detail == "READ");
  CHECK(parse_point("nfs3.proc.*.leave")->detail.empty());
  CHECK(parse_point("store.txn.commit.before")->point == Point::store_commit_before);
  CHECK(parse_point("store.read.before")->detail == "read");
  for (const char* bad : {"", "net", "net.reads", "nfs3.proc..enter", "nfs3.proc.READ", "store.a.b.before"}) {
    INFO(bad);
    CHECK_FALSE(parse_point(bad));
  }
}

TEST_CASE("arming: what can never work is refused with what is possible") {
  World w;
  auto refused = w.registry.arm({*parse_point("net.read"), {}, {ActionKind::fail}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error() ==
        "fail cannot happen at net.read; possible there: note, check, delay, pause, yield, await, reset, "
        "close, "
        "half_close, slow_close, throttle, slice, blackhole, crash, restart, full");
  w.registry.declare_names(Point::nfs3_proc_enter, {"NULL", "READ"});
  auto typo = w.registry.arm({*parse_point("nfs3.proc.REED.enter"), {}, {ActionKind::fail}});
  REQUIRE_FALSE(typo);
  CHECK(typo.error() == "nfs3.proc.@.enter has no REED; it has: NULL, READ");
}

TEST_CASE("triggers") {
  World w;
  CHECK(w.pattern(3).empty());
  SECTION("always") {
    w.arm("rpc.record.rx");
    CHECK(w.pattern(3) == std::vector<int>{1, 2, 3});
  }
  SECTION("once") {
    w.arm("rpc.record.rx", {.limit = 1});
    CHECK(w.pattern(3) == std::vector<int>{1});
  }
  SECTION("nth") {
    w.arm("rpc.record.rx", {.nth = 2});
    CHECK(w.pattern(4) == std::vector<int>{2});
  }
  SECTION("first") {
    w.arm("rpc.record.rx", {.first = 2});
    CHECK(w.pattern(4) == std::vector<int>{1, 2});
  }
  SECTION("every") {
    w.arm("rpc.record.rx", {.every = 3});
    CHECK(w.pattern(7) == std::vector<int>{3, 6});
  }
  SECTION("after and limit together") {
    w.arm("rpc.record.rx", {.after = 2, .limit = 2});
    CHECK(w.pattern(7) == std::vector<int>{3, 4});
  }
  SECTION("after_bytes") {
    w.arm("rpc.record.rx", {.after_bytes = 25});
    CHECK(w.pattern(4, {.bytes = 10}) == std::vector<int>{3, 4});
  }
  SECTION("when") {
    const u64 id = w.arm("rpc.record.rx", {.conn = 5});
    CHECK(w.pattern(2, {.conn = 4}).empty());
    CHECK(w.pattern(2, {.conn = 5}).size() == 2);
    CHECK(w.registry.status(id).hits == 2);
    CHECK(w.registry.status(id).fired == 2);
  }
  SECTION("chance is drawn from the seeded source") {
    w.arm("rpc.record.rx", {.chance = 0.5});
    auto first = w.pattern(64);
    CHECK(first.size() > 16);
    CHECK(first.size() < 48);
    World again;
    again.arm("rpc.record.rx", {.chance = 0.5});
    CHECK(again.pattern(64) == first);
  }
}

TEST_CASE("heal and disarm: an unarmed point is silent again") {
  World w;
  const u64 id = w.arm("rpc.record.rx");
  w.arm("rpc.record.rx");
  w.registry.disarm(id);
  CHECK(w.registry.armed(Point::rpc_record_rx));
  w.registry.heal();
  CHECK_FALSE(w.registry.armed(Point::rpc_record_rx));
  CHECK(w.pattern(2).empty());
}

TEST_CASE("every firing is a trace event with rule and seed") {
  World w;
  w.trace.enable(true);
  const u64 id = w.arm("rpc.record.rx", {}, {ActionKind::note});
  CHECK(w.pattern(1).empty());
  auto events = w.trace.since(0);
  REQUIRE(events.size() == 1);
  CHECK(std::string(events[0].name()) == "fault.fired");
  CHECK(std::get<u64>(events[0].fields[0].value) == id);
}

TEST_CASE("pause: held until released") {
  World w;
  const u64 id = w.arm("rpc.record.rx", {}, {ActionKind::pause});
  auto action = w.registry.check(Point::rpc_record_rx, {});
  REQUIRE(action);
  auto held = [](World& world, Action a) -> Task<int> {
    Executor::current()->submit([&world, a] { world.registry.release(a.rule); });
    co_await world.registry.spend(a);
    co_return 1;
  };
  CHECK(run_blocking(held(w, *action)) == 1);
  w.registry.disarm(id);
  CHECK(run_blocking(held(w, *action)) == 1);  // a rule that is gone holds nobody
}

TEST_CASE("waiting for a rule to fire") {
  World w;
  const u64 id = w.arm("rpc.record.rx");
  CHECK_FALSE(w.registry.wait_fired(id, 1, std::chrono::milliseconds(1)));
  std::thread other([&] { w.pattern(2); });
  CHECK(w.registry.wait_fired(id, 2, std::chrono::seconds(10)));
  other.join();
  CHECK_FALSE(w.registry.wait_fired(99, 1, std::chrono::milliseconds(1)));
}

TEST_CASE("pause: a release between firing and suspending is not lost, and lets nobody go who fires later") {
  World w;
  const u64 id = w.arm("rpc.record.rx", {}, {ActionKind::pause});
  auto go = [](World& world, Action a, bool& went) -> Task<int> {
    co_await world.registry.spend(a);
    went = true;
    co_return 1;
  };
  auto first = w.registry.check(Point::rpc_record_rx, {});
  w.registry.release(id);
  bool went = false;
  run_blocking(go(w, *first, went));
  CHECK(went);
  auto second = w.registry.check(Point::rpc_record_rx, {});
  bool second_went = false;
  auto both = [&](World& world) -> Task<int> {
    TaskScope scope;
    auto detached = [](Task<int> t) -> Task<void> { co_await t; };
    scope.spawn(detached(go(world, *second, second_went)));
    CHECK_FALSE(second_went);
    world.registry.release(id);
    co_await scope;
    co_return 1;
  };
  run_blocking(both(w));
  CHECK(second_went);
}
