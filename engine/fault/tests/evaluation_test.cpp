// What rules do beside counting: conditions and functions of a script, events, orders, power cuts, full
// stores.
#include <catch2/catch.hpp>

#include "engine/fault/registry.h"
#include "engine/loop/scope.h"

using namespace dfs;
using namespace dfs::fault;

namespace {

struct Script final : Hooks {
  std::vector<u64> told, asked;
  bool answer = true;
  bool knows(u64 function) const override { return function < 10; }
  Task<bool> ask(u64 function, u64, const Context&) override {
    asked.push_back(function);
    co_await Yield();
    co_return answer;
  }
  void tell(u64 function, u64, const Context&) override { told.push_back(function); }
};

struct World final : Effects {
  ManualClock clock;
  Random random{7};
  Trace trace{clock};
  Registry registry{random, trace};
  Script script;
  std::vector<std::string> happened;

  World() {
    registry.set_hooks(&script);
    registry.set_effects(this);
    registry.declare_errors(5, 28);
  }
  void crashed(bool restart) override { happened.push_back(restart ? "restart" : "crash"); }
  void expire(u64 client, const Context& c) override {
    happened.push_back("expire " + std::to_string(client) + " of " + std::to_string(c.client));
  }
  void revoke(std::string_view stateid, bool only_delegations, const Context&) override {
    happened.push_back((only_delegations ? "revoke delegations " : "revoke ") + std::string(stateid));
  }
  void recall(const Context& c) override { happened.push_back("recall " + std::string(c.fh)); }

  Result<u64, std::string> try_arm(const char* point, Trigger t, Action a) {
    return registry.arm({*parse_point(point), std::move(t), std::move(a)});
  }
  u64 arm(const char* point, Trigger t, Action a) {
    auto id = try_arm(point, std::move(t), std::move(a));
    INFO((id ? std::string() : id.error()));
    REQUIRE(id);
    return *id;
  }
  std::optional<Action> consult(Point p, Context c = {}) {
    auto asking = [](World& w, Point point, Context context) -> Task<std::optional<Action>> {
      Task<std::optional<Action>> consulting = w.registry.consult(point, context);
      co_return co_await consulting;
    };
    return run_blocking(asking(*this, p, c));
  }
};

Action doing(ActionKind kind, i64 number = 0, const char* bytes = "") {
  Action a;
  a.kind = kind;
  a.number = number;
  a.bytes = std::make_shared<const std::string>(bytes);
  return a;
}

}  // namespace

TEST_CASE("conditions: asked while the request waits, and what says no is no hit") {
  World w;
  const u64 id = w.arm("rpc.record.rx", {.condition = 3}, doing(ActionKind::drop_reply));
  const u64 next = w.arm("rpc.record.rx", {}, doing(ActionKind::close));
  CHECK(w.consult(Point::rpc_record_rx)->kind == ActionKind::drop_reply);
  w.script.answer = false;
  CHECK(w.consult(Point::rpc_record_rx)->kind == ActionKind::close);
  CHECK(w.script.asked == std::vector<u64>{3, 3});
  CHECK(w.registry.status(id).hits == 1);
  CHECK(w.registry.status(next).fired == 1);
}

TEST_CASE("conditions and functions: only where a request can wait, and only those there are") {
  World w;
  CHECK(w.try_arm("net.read", {.condition = 3}, doing(ActionKind::note)).error() ==
        "if is never known at net.read; filters possible there: conn, after_bytes");
  CHECK(w.try_arm("rpc.record.rx", {.condition = 30}, doing(ActionKind::note)).error() ==
        "there is no function 30; functions are those of a script that has armed them");
  CHECK(w.try_arm("net.read", {}, doing(ActionKind::check)).error() == "check takes a function of a script");
  CHECK_FALSE(w.try_arm("net.read", {}, doing(ActionKind::call, 1)));
}

TEST_CASE("functions: check is told and call is waited for") {
  World w;
  w.arm("rpc.record.rx", {}, doing(ActionKind::check, 1));
  w.arm("rpc.record.rx", {}, doing(ActionKind::call, 2));
  CHECK_FALSE(w.consult(Point::rpc_record_rx));
  CHECK(w.script.told == std::vector<u64>{1});
  CHECK(w.script.asked == std::vector<u64>{2});
}

TEST_CASE("until: it fires until an event with these fields has happened") {
  World w;
  w.trace.enable(true);
  w.trace.emit(event::RpcReplayed{1});  // before: not what is waited for
  Event event{"rpc.replayed", {{"xid", u64{1}}}};
  w.arm("rpc.record.rx", {.until = event}, doing(ActionKind::drop_reply));
  CHECK(w.consult(Point::rpc_record_rx));
  w.trace.emit(event::RpcReplayed{2});
  CHECK(w.consult(Point::rpc_record_rx));
  w.trace.emit(event::RpcReplayed{1});
  CHECK_FALSE(w.consult(Point::rpc_record_rx));
}

TEST_CASE("chance with a seed: drawn from it alone") {
  auto pattern = [](u64 others) {
    World w;
    w.arm("rpc.record.rx", {.chance = 0.5, .seed = 9}, doing(ActionKind::drop_reply));
    std::vector<bool> out;
    for (int i = 0; i < 64; ++i) {
      for (u64 n = 0; n < others; ++n) w.random.next();
      out.push_back(w.registry.check(Point::rpc_record_rx, {}).has_value());
    }
    return out;
  };
  const auto first = pattern(0);
  CHECK(std::count(first.begin(), first.end(), true) > 16);
  CHECK(std::count(first.begin(), first.end(), true) < 48);
  CHECK(pattern(3) == first);
}

TEST_CASE("await: held until another rule has fired") {
  World w;
  const u64 first = w.arm("rpc.record.rx", {}, doing(ActionKind::note));
  const u64 second = w.arm("rpc.reply.tx", {}, doing(ActionKind::await, static_cast<i64>(first)));
  auto order = [](World& world) -> Task<std::vector<int>> {
    std::vector<int> out;
    TaskScope scope;
    auto later = [](World& w2, std::vector<int>& seen) -> Task<void> {
      const Context c;
      Task<std::optional<Action>> consulting = w2.registry.consult(Point::rpc_reply_tx, c);
      co_await consulting;
      seen.push_back(2);
    };
    scope.spawn(later(world, out));
    co_await Yield();
    out.push_back(1);
    world.registry.check(Point::rpc_record_rx, {});
    co_await scope;
    co_return out;
  };
  CHECK(run_blocking(order(w)) == std::vector<int>{1, 2});
  CHECK(w.registry.status(second).fired == 1);
  CHECK_FALSE(w.consult(Point::rpc_reply_tx));  // it has: nobody waits any more
  CHECK(w.registry.status(second).fired == 1);
  CHECK(w.try_arm("rpc.reply.tx", {}, doing(ActionKind::await, 99)).error() ==
        "there is no rule 99 to wait for");
}

TEST_CASE("await: who waits for a rule that goes does not wait") {
  World w;
  const u64 first = w.arm("rpc.record.rx", {}, doing(ActionKind::note));
  w.arm("rpc.reply.tx", {}, doing(ActionKind::await, static_cast<i64>(first)));
  w.registry.disarm(first);
  CHECK_FALSE(w.consult(Point::rpc_reply_tx));
}

TEST_CASE("crash: nothing reaches a store or a client any more, whatever is healed") {
  World w;
  w.arm("store.write.before", {}, doing(ActionKind::restart));
  CHECK(w.consult(Point::store_before, {.detail = "write"})->number == 5);
  CHECK(w.happened == std::vector<std::string>{"restart"});
  w.registry.heal();
  CHECK(w.registry.isolated());
  CHECK(w.registry.check(Point::store_commit_before, {})->kind == ActionKind::error);
  CHECK(w.registry.check(Point::net_write, {})->kind == ActionKind::reset);
  CHECK_FALSE(w.registry.check(Point::rpc_record_rx, {}));
}

TEST_CASE("full: what writes finds no space until it is disarmed") {
  World w;
  const u64 id = w.arm("rpc.record.rx", {}, doing(ActionKind::full, 0, "data"));
  CHECK_FALSE(w.consult(Point::store_before, {.detail = "write"}));
  CHECK_FALSE(w.consult(Point::rpc_record_rx));
  CHECK(w.consult(Point::store_before, {.detail = "write"})->number == 28);
  CHECK_FALSE(w.consult(Point::store_before, {.detail = "update"}));
  CHECK_FALSE(w.consult(Point::store_before, {.detail = "read"}));
  w.registry.disarm(id);
  CHECK_FALSE(w.consult(Point::store_before, {.detail = "write"}));
  CHECK_FALSE(w.registry.armed(Point::store_before));
}

TEST_CASE("state: the server is told whose it is") {
  World w;
  CHECK(w.try_arm("rpc.record.rx", {}, doing(ActionKind::expire)).error() ==
        "expire needs a client at rpc.record.rx: none is known there");
  CHECK(w.try_arm("rpc.record.rx", {}, doing(ActionKind::revoke)).error() ==
        "revoke needs a stateid at rpc.record.rx: no filehandle is known there");
  w.arm("rpc.record.rx", {.nth = 1}, doing(ActionKind::expire, 4));
  w.arm("rpc.record.rx", {.nth = 1}, doing(ActionKind::revoke, 0, "stateid"));
  CHECK_FALSE(w.consult(Point::rpc_record_rx, {.client = 3}));
  CHECK_FALSE(w.consult(Point::rpc_record_rx));
  w.arm("nfs3.proc.*.enter", {.nth = 1}, doing(ActionKind::revoke, 1));
  w.arm("nfs3.proc.*.enter", {.nth = 1}, doing(ActionKind::recall));
  CHECK_FALSE(w.consult(Point::nfs3_proc_enter, {.detail = "READ"}));
  CHECK_FALSE(w.consult(Point::nfs3_proc_enter, {.detail = "READ", .fh = "handle"}));
  CHECK(w.happened ==
        std::vector<std::string>{"expire 4 of 3", "revoke stateid", "revoke delegations ", "recall handle"});
}

TEST_CASE("a rule outlives a power cut, with its id and its counts; one that needs a script does not") {
  World before;
  const u64 id = before.arm("rpc.record.rx", {.nth = 2}, doing(ActionKind::drop_reply));
  before.arm("rpc.record.rx", {}, doing(ActionKind::check, 1));
  CHECK_FALSE(before.consult(Point::rpc_record_rx));
  World after;
  after.registry.adopt(before.registry.rules());
  CHECK(after.registry.rules().size() == 1);
  CHECK(after.registry.status(id).hits == 1);
  CHECK(after.consult(Point::rpc_record_rx)->kind == ActionKind::drop_reply);
  CHECK(after.arm("rpc.record.rx", {}, doing(ActionKind::note)) > id);
}

TEST_CASE("until, after a power cut: an event of either life ends it") {
  auto cut = [](World& before, World& after) { after.registry.adopt(before.registry.rules()); };
  const auto event = [](World& w, u64 xid) {
    if (w.trace.enabled()) w.trace.emit(event::RpcReplayed{xid});
  };
  World first, second, third;
  first.arm("rpc.record.rx", {.until = Event{"rpc.replayed", {}}}, doing(ActionKind::drop_reply));
  cut(first, second);
  CHECK(second.consult(Point::rpc_record_rx));
  event(second, 1);
  cut(second, third);  // nothing has come to the point since
  CHECK_FALSE(third.consult(Point::rpc_record_rx));
}

TEST_CASE("after a power cut: a full store stays full, and what has passed or fired stays so") {
  World before, after;
  before.arm("rpc.record.rx", {.limit = 1}, doing(ActionKind::full, 0, "data"));
  before.arm("net.write", {.after_bytes = 100}, doing(ActionKind::close));
  const u64 met = before.arm("net.read", {}, doing(ActionKind::note));
  before.arm("rpc.call.decoded", {}, doing(ActionKind::await, static_cast<i64>(met)));
  const u64 script = before.arm("rpc.call.decoded", {}, doing(ActionKind::check, 1));
  before.arm("rpc.call.decoded", {}, doing(ActionKind::await, static_cast<i64>(script)));
  CHECK_FALSE(before.consult(Point::rpc_record_rx));
  CHECK_FALSE(before.registry.check(Point::net_write, {.bytes = 60}));
  CHECK_FALSE(before.registry.check(Point::net_read, {}));
  after.registry.adopt(before.registry.rules());
  CHECK(after.consult(Point::store_before, {.detail = "write"})->number == 28);
  CHECK(after.registry.check(Point::net_write, {.bytes = 60}));
  CHECK_FALSE(after.registry.check(Point::rpc_call_decoded, {}));  // nothing is left to wait for
}

TEST_CASE("reply: a result of the operation, or it is refused") {
  World w;
  const auto four = [](std::string_view bytes) { return bytes.size() == 4; };
  w.registry.declare_details(Point::nfs3_proc_enter, {{"NULL", 0, {}}, {"READ", 0, {{"READ3res", four}}}});
  auto refused = [&](const char* point, const char* bytes, const char* type) {
    Action a = doing(ActionKind::reply, 0, bytes);
    a.edit = std::make_shared<const Edit>(Edit{type, i64{0}, false});
    const auto id = w.try_arm(point, {}, a);
    return id ? std::string() : id.error();
  };
  CHECK(refused("nfs3.proc.READ.enter", "1234", "").empty());
  CHECK(refused("nfs3.proc.READ.enter", "1234", "READ3res").empty());
  CHECK(refused("nfs3.proc.READ.enter", "12345", "") ==
        "the result at nfs3.proc.READ.enter is READ3res; this is none");
  CHECK(refused("nfs3.proc.READ.enter", "1234", "WRITE3res") ==
        "the result at nfs3.proc.READ.enter is READ3res; this is none");
  CHECK(refused("nfs3.proc.NULL.enter", "1234", "") ==
        "the result at nfs3.proc.NULL.enter is nothing; this is none");
  CHECK(refused("nfs3.proc.*.enter", "1234", "") == "reply needs one operation, not nfs3.proc.*.enter");
}

TEST_CASE("a detail may accept less than its family") {
  World w;
  w.registry.declare_details(Point::store_before, {{"write", 0, {}}, {"sync", kTime | kCall, {}}});
  CHECK(w.try_arm("store.write.before", {}, doing(ActionKind::delay)));
  CHECK(w.try_arm("store.sync.before", {}, doing(ActionKind::delay)).error() ==
        "delay cannot happen at store.sync.before; possible there: note, check, error, crash, restart, full");
}

TEST_CASE("status: of a rule that is gone it is what it was, and nobody waits for it") {
  World w;
  const u64 id = w.arm("rpc.record.rx", {}, doing(ActionKind::note));
  w.registry.check(Point::rpc_record_rx, {});
  w.registry.disarm(id);
  CHECK(w.registry.status(id).fired == 1);
  CHECK(w.registry.wait_fired(id, 1, std::chrono::hours(1)));
  CHECK_FALSE(w.registry.wait_fired(id, 2, std::chrono::hours(1)));
}

TEST_CASE("delay and yield: the clock ends the one, a turn of the loop the other, and healing both") {
  World w;
  auto spent = [](World& world, Action a) -> Task<int> {
    Task<void> spending = world.registry.spend(std::move(a));
    co_await spending;
    co_return 1;
  };
  Action yield = doing(ActionKind::yield_);
  CHECK(run_blocking(spent(w, yield)) == 1);
  Action nap = doing(ActionKind::delay);
  nap.seconds = 0.001;
  nap.rule = w.arm("rpc.record.rx", {}, nap);
  CHECK(run_blocking(spent(w, nap)) == 1);
  Action sleep = doing(ActionKind::delay);
  sleep.seconds = 1e6;
  sleep.rule = w.arm("rpc.record.rx", {}, sleep);
  auto healed = [&](World& world, Action a) -> Task<int> {
    Executor::current()->submit([&world] { world.registry.heal(); });
    Task<int> sleeping = spent(world, std::move(a));
    co_return co_await sleeping;
  };
  CHECK(run_blocking(healed(w, sleep)) == 1);
}
