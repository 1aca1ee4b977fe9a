#include "protocols/rpc/dispatcher.h"

#include <catch2/catch.hpp>
#include <future>

#include "protocols/rpc/record_framing.h"

using namespace dfs;
using namespace dfs::rpc;

namespace {

// A program that adds, counts how often, and can be made to wait.
struct Adder {
  int executed = 0;
  Oneshot<bool>* gate = nullptr;
};
struct Numbers {
  u32 a, b;
};
bool decode(wire::Reader& r, Numbers& n) { return r.u32(n.a) && r.u32(n.b); }

Async<u32> add(Adder& self, Call&, const Numbers& n) {
  ++self.executed;
  if (self.gate == nullptr) return n.a + n.b;
  return [](Adder& adder, const Numbers& numbers) -> Task<u32> {
    Oneshot<bool>& gate = *adder.gate;  // named: g++ 12 evaluates a bare operand again when it resumes
    (void)co_await gate;
    co_return numbers.a + numbers.b;  // the arguments are still there
  }(self, n);
}
Async<Void> null(Adder&, Call&, const Void&) { return Void{}; }

struct Peer final : Transport {
  std::vector<std::string> replies;
  int open_calls = 0;
  Endpoint address{*IpAddress::parse("192.0.2.1"), 1000};
  void send(SliceList& reply) override {
    replies.push_back(flatten(reply));
    reply.clear();
  }
  void send_after(SliceList& reply, u32) override { send(reply); }
  void call_started() override { ++open_calls; }
  void call_ended() override { --open_calls; }
  size_t held = 0;
  void hold(size_t bytes) override { held += bytes; }
  void release(size_t bytes) override { held -= bytes; }
  void apply(const fault::Action&) override {}
  const Endpoint& peer() const override { return address; }
  Endpoint local() const override { return {}; }
  u64 id() const override { return 1; }
  bool datagram() const override { return false; }
};

struct World {
  ManualClock clock;
  Random random{7};
  Trace trace{clock};
  fault::Registry faults{random, trace};
  DuplicateRequestCache drc{clock, {}, SipKey{}};
  Dispatcher dispatcher{faults, trace, drc};
  Adder adder;
  Loop loop{clock, 0};
  Peer peer;

  World() {
    for (u32 version : {2u, 4u}) {
      Program p{200'000, version,
                "test",  {},
                &adder,  fault::Point::nfs3_proc_enter,
                true,    fault::Point::nfs3_proc_leave};
      p.procedures = {
          {0, "NULL", false, false, serve<Adder, Void, Void, null>, nullptr},
          {1, "ADD", false, false, serve<Adder, Numbers, u32, add, nullptr, encode_uint>, nullptr},
          {2, "GAP", false, false, nullptr, nullptr},
          {3, "ADD_ONCE", true, false, serve<Adder, Numbers, u32, add, nullptr, encode_uint>, nullptr},
          {4, "ADD_KNOWN", false, true, serve<Adder, Numbers, u32, add, nullptr, encode_uint>, nullptr}};
      dispatcher.add(std::move(p));
    }
    loop.start();
  }
  ~World() { loop.stop(); }

  template <class F>
  void on_loop(F fn) {
    std::promise<void> done;
    loop.submit([&] {
      fn();
      done.set_value();
    });
    done.get_future().wait();
  }
  // Sends words; the reply's words without its record mark, empty when there was none.
  std::vector<u32> call(const std::vector<u32>& words) {
    std::string bytes;
    for (u32 w : words) {
      w = __builtin_bswap32(w);
      bytes.append(reinterpret_cast<const char*>(&w), 4);
    }
    return send(bytes);
  }
  std::vector<u32> send(const std::string& bytes) {
    const size_t before = peer.replies.size();
    on_loop([&] {
      dispatcher.handle(loop, peer, reinterpret_cast<const u8*>(bytes.data()), static_cast<u32>(bytes.size()),
                        {});
    });
    if (peer.replies.size() == before) return {};
    return words_of(peer.replies.back());
  }
  static std::vector<u32> words_of(const std::string& reply) {
    std::vector<u32> out;
    for (size_t i = 4; i + 4 <= reply.size(); i += 4) {
      u32 w;
      std::memcpy(&w, reply.data() + i, 4);
      out.push_back(__builtin_bswap32(w));
    }
    u32 mark;
    std::memcpy(&mark, reply.data(), 4);
    CHECK(__builtin_bswap32(mark) == (kLastFragment | static_cast<u32>(reply.size() - 4)));
    return out;
  }
};

// xid, CALL, 2, program, version, procedure, AUTH_NONE credential and verifier, arguments
std::vector<u32> request(u32 procedure, std::vector<u32> arguments, u32 xid = 7, u32 version = 2) {
  std::vector<u32> out = {xid, 0, 2, 200'000, version, procedure, 0, 0, 0, 0};
  out.insert(out.end(), arguments.begin(), arguments.end());
  return out;
}
using Words = std::vector<u32>;

}  // namespace

TEST_CASE("dispatch: results, and every accept and reject state of RFC 5531 section 9") {
  World w;
  CHECK(w.call(request(1, {2, 3})) == Words{7, 1, 0, 0, 0, 0, 5});
  CHECK(w.call(request(0, {})) == Words{7, 1, 0, 0, 0, 0});
  CHECK(w.call(request(9, {})) == Words{7, 1, 0, 0, 0, 3});         // PROC_UNAVAIL
  CHECK(w.call(request(2, {})) == Words{7, 1, 0, 0, 0, 3});         // a gap in the table
  CHECK(w.call(request(1, {2})) == Words{7, 1, 0, 0, 0, 4});        // GARBAGE_ARGS: too little
  CHECK(w.call(request(1, {2, 3, 4})) == Words{7, 1, 0, 0, 0, 4});  // and too much
  CHECK(w.call(request(0, {0})) == Words{7, 1, 0, 0, 0, 4});
  CHECK(w.call(request(0, {}, 7, 3)) == Words{7, 1, 0, 0, 0, 2, 2, 4});  // PROG_MISMATCH with low and high
  CHECK(w.call({7, 0, 2, 200'001, 2, 0, 0, 0, 0, 0}) == Words{7, 1, 0, 0, 0, 1});  // PROG_UNAVAIL
  CHECK(w.call({7, 0, 3, 200'000, 2, 0, 0, 0, 0, 0}) == Words{7, 1, 1, 0, 2, 2});  // RPC_MISMATCH
  CHECK(w.call({7, 0, 1}) == Words{7, 1, 1, 0, 2, 2});
  CHECK(w.peer.open_calls == 0);
}

TEST_CASE("dispatch: credentials") {
  World w;
  auto with_cred = [](Words cred, u32 procedure = 1) {
    Words out = {7, 0, 2, 200'000, 2, procedure};
    out.insert(out.end(), cred.begin(), cred.end());
    out.insert(out.end(), {0, 0, 1, 1});
    return out;
  };
  auto denied = [](u32 why) { return Words{7, 1, 1, 1, why}; };
  const Words sys = {1, 28, 0, 0, 1000, 1000, 2, 4, 5};
  CHECK(w.call(with_cred(sys)) == Words{7, 1, 0, 0, 0, 0, 2});
  CHECK(w.call(with_cred(sys, 4)) == Words{7, 1, 0, 0, 0, 0, 2});
  CHECK(w.call(with_cred({0, 0}, 4)) == denied(5));                              // AUTH_TOOWEAK
  CHECK(w.call(with_cred({99, 0})) == denied(2));                                // AUTH_REJECTEDCRED
  CHECK(w.call(with_cred({1, 8, 0, 0})) == denied(1));                           // AUTH_BADCRED: half a body
  CHECK(w.call(with_cred({1, 32, 0, 0, 1000, 1000, 2, 4, 5, 6})) == denied(1));  // and something behind it
  CHECK(w.call(with_cred({0, 4, 0})) == denied(1));                              // AUTH_NONE has no body
  Words many = {1, (5 + 17) * 4, 0, 0, 0, 0, 17};
  many.resize(many.size() + 17, 1);
  CHECK(w.call(with_cred(many)) == denied(1));  // 17 groups
  Words huge = {1, 404};
  huge.resize(huge.size() + 101, 0);
  CHECK(w.call(with_cred(huge)) == denied(1));  // a body of more than 400 bytes
}

TEST_CASE("dispatch: what nobody can be answered about is silent, at every truncation") {
  World w;
  CHECK(w.call({7, 1, 0, 0, 0, 0}).empty());  // a reply to nobody
  CHECK(w.call({7, 2}).empty());
  std::string whole;
  for (u32 v : request(1, {2, 3})) {
    v = __builtin_bswap32(v);
    whole.append(reinterpret_cast<const char*>(&v), 4);
  }
  for (size_t n = 0; n < whole.size(); ++n) {
    const auto reply = w.send(whole.substr(0, n));
    if (n < 24)
      CHECK(reply.empty());  // up to the procedure's number nothing says what was called
    else
      CHECK((reply[2] == 1 || reply[5] == 4));
  }
  CHECK(w.adder.executed == 0);
  CHECK(w.peer.open_calls == 0);
}

TEST_CASE("dispatch: a replayable procedure is executed once, also from another port") {
  World w;
  CHECK(w.call(request(3, {2, 3}, 50)) == Words{50, 1, 0, 0, 0, 0, 5});
  w.peer.address.port = 1001;
  CHECK(w.call(request(3, {2, 3}, 50)) == Words{50, 1, 0, 0, 0, 0, 5});
  CHECK(w.adder.executed == 1);
  CHECK(w.call(request(3, {2, 4}, 50)) == Words{50, 1, 0, 0, 0, 0, 6});
  CHECK(w.call(request(3, {2}, 51)) == Words{51, 1, 0, 0, 0, 4});
  CHECK(w.call(request(3, {2}, 51)) == Words{51, 1, 0, 0, 0, 4});
  CHECK(w.adder.executed == 2);
}

TEST_CASE("dispatch: a call that waits keeps its arguments; its retransmission is dropped meanwhile") {
  World w;
  Oneshot<bool> gate;
  w.adder.gate = &gate;
  CHECK(w.call(request(3, {20, 30}, 60)).empty());
  CHECK(w.call(request(3, {20, 30}, 60)).empty());
  CHECK(w.peer.open_calls == 1);
  w.adder.gate = nullptr;
  CHECK(w.call(request(1, {1, 1}, 61)) == Words{61, 1, 0, 0, 0, 0, 2});  // overtakes it
  w.on_loop([&] { gate.set(true); });
  CHECK(World::words_of(w.peer.replies.back()) == Words{60, 1, 0, 0, 0, 0, 50});
  CHECK(w.peer.open_calls == 0);
}

TEST_CASE("faults: points of a call") {
  World w;
  auto arm = [&](const char* point, fault::Action action) {
    auto id = w.faults.arm({*fault::parse_point(point), {.limit = 1}, action});
    REQUIRE(id);
    return *id;
  };
  arm("rpc.record.rx", {fault::ActionKind::drop_reply});
  CHECK(w.call(request(1, {2, 3})).empty());
  arm("nfs3.proc.ADD.enter", {fault::ActionKind::fail});
  CHECK(w.call(request(1, {2, 3})) == Words{7, 1, 0, 0, 0, 5});  // this program has no status: SYSTEM_ERR
  CHECK(w.adder.executed == 0);
  arm("nfs3.proc.ADD_ONCE.leave", {fault::ActionKind::drop_reply});
  CHECK(w.call(request(3, {2, 3}, 70)).empty());
  CHECK(w.call(request(3, {2, 3}, 70)) == Words{70, 1, 0, 0, 0, 0, 5});
  CHECK(w.adder.executed == 1);
  arm("rpc.drc.lookup", {fault::ActionKind::fail});
  CHECK(w.call(request(3, {2, 3}, 70)) == Words{70, 1, 0, 0, 0, 0, 5});  // the cache was made to forget
  CHECK(w.adder.executed == 2);
  arm("rpc.reply.tx", {fault::ActionKind::duplicate});
  const size_t before = w.peer.replies.size();
  w.call(request(1, {2, 3}));
  CHECK(w.peer.replies.size() == before + 2);
  CHECK(w.peer.open_calls == 0);
}
