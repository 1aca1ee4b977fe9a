#pragma once

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <future>

#include "engine/net/listener.h"

// A listener with a small service behind it, and a client of that, for tests of connections.
namespace dfs::net::testing {

// A record is its length in four bytes and that many more.
class LengthFraming final : public Framing {
 public:
  Parse parse(const u8* p, size_t n, FragmentHeader& out) const override {
    if (n < 4) return Parse::more;
    const u32 size =
        static_cast<u32>(p[0]) << 24 | static_cast<u32>(p[1]) << 16 | static_cast<u32>(p[2]) << 8 | p[3];
    out = {4, size, true};
    return Parse::ok;
  }
};

inline std::string record(const std::string& text) {
  const auto n = static_cast<u32>(text.size());
  std::string out;
  for (int shift : {24, 16, 8, 0}) out += static_cast<char>(n >> shift);
  return out + text;
}

struct WorldOptions {
  unsigned loops = 1;
  u32 max_connections = 100;
  u32 per_address = 0;
  ConnectionLimits limits = {};
  bool manual_clock = false;
};

struct World;

constexpr u32 kBig = 100'000;  // bytes of a big reply

// Sends each record back; "+" is answered with kBig bytes, "?..." waits with kBig bytes held until
// World::release() and is sent back then.
class Service final : public ConnectionHandler {
 public:
  Service(World& world, Connection& c) : world_(world), c_(c) {}
  void on_record(Record r) override;
  void on_closed() override;
  void answer(const std::string& text);

 private:
  World& world_;
  Connection& c_;
  friend struct World;
};

struct World {
  struct Waiting {
    Service* service;
    std::string text;
  };
  RealClock real;
  ManualClock manual;
  Clock& clock;
  Random random{7};
  Trace trace{clock};
  fault::Registry faults{random, trace};
  NetContext net{faults, trace};
  LengthFraming framing;
  ConnectionLimits limits;
  Admission admission;
  std::atomic<int> closed{0};
  BlockRef big = BlockRef::allocate(kBig);
  std::vector<std::string>
      served;                    // on the loop, when there is one: first letters in the order they were taken
  std::vector<Waiting> waiting;  // the same
  std::vector<std::unique_ptr<Loop>> loops;
  std::vector<std::unique_ptr<ConnectionSet>> sets;
  std::unique_ptr<TcpListener> listener;
  Endpoint where;

  explicit World(const WorldOptions& o = {})
      : clock(o.manual_clock ? static_cast<Clock&>(manual) : real),
        limits(o.limits),
        admission(o.max_connections, o.per_address) {
    std::memset(big->data(), 'B', kBig);
    std::vector<Loop*> raw;
    for (unsigned i = 0; i < o.loops; ++i) {
      loops.push_back(std::make_unique<Loop>(clock, i));
      sets.push_back(std::make_unique<ConnectionSet>());
      loops[i]->start();
      raw.push_back(loops[i].get());
    }
    listener = std::make_unique<TcpListener>(raw, net, admission);
    auto bound = listener->listen(
        {*IpAddress::parse("127.0.0.1"), 0}, [this](Loop& loop, int fd, const Endpoint& peer) {
          auto c = std::make_unique<Connection>(loop, net, framing, limits, *sets[loop.index()]);
          Connection& ref = *c;
          sets[loop.index()]->add(std::move(c));
          ref.open(fd, peer, std::make_unique<Service>(*this, ref));
        });
    REQUIRE(bound);
    where = *bound;
  }
  ~World() {
    listener->close();
    for (size_t i = 0; i < loops.size(); ++i) {
      loops[i]->stop([this, i] {
        sets[i]->close_all();
        if (i == 0) release_here();
      });
      CHECK(sets[i]->size() == 0);
      CHECK(loops[i]->foreign_handles() == 0);
    }
    CHECK(net.bytes == 0);
  }
  u64 arm(const char* point, fault::Action action, fault::Trigger trigger = {}) {
    auto id = faults.arm({*fault::parse_point(point), trigger, action});
    REQUIRE(id);
    return *id;
  }
  // Runs fn on the first loop.
  template <class F>
  auto on_loop(F fn) {
    std::promise<decltype(fn())> done;
    auto result = done.get_future();
    loops[0]->submit([&] { done.set_value(fn()); });
    return result.get();
  }
  size_t count_served() {
    return on_loop([&] { return served.size(); });
  }
  size_t count_waiting() {
    return on_loop([&] { return waiting.size(); });
  }
  // Answers every record that waits; how many there were.
  size_t release() {
    return on_loop([&] { return release_here(); });
  }

 private:
  size_t release_here() {
    auto all = std::move(waiting);
    waiting.clear();
    for (auto& w : all) {
      Connection& c = w.service->c_;
      c.release(kBig);
      w.service->answer(w.text);
      c.end_work();
    }
    return all.size();
  }
};

inline void Service::on_record(Record r) {
  const std::string text(reinterpret_cast<const char*>(r.data), r.size);
  if (world_.loops.size() == 1) world_.served.push_back(text.substr(0, 1));
  if (text == "+") {
    SliceList out{Slice(world_.big, world_.big->data(), kBig)};
    c_.send(out);
  } else if (text.starts_with("?")) {
    c_.begin_work();
    c_.hold(kBig);
    world_.waiting.push_back({this, text});
  } else {
    answer(text);
  }
}

inline void Service::answer(const std::string& text) {
  SliceList out{Slice::copy_of(text.data(), static_cast<u32>(text.size()))};
  c_.send(out);
}

inline void Service::on_closed() {
  world_.admission.release(c_.peer().ip);
  ++world_.closed;
}

// A blocking client socket; -1 bytes: the connection was reset.
struct Client {
  int fd;
  explicit Client(const Endpoint& e) : fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    connect_to(e);
    timeval limit{20, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Client() { ::close(fd); }
  void connect_to(const Endpoint& e) {
    sockaddr_storage a;
    const socklen_t n = to_sockaddr(e, a);
    REQUIRE(connect(fd, reinterpret_cast<sockaddr*>(&a), n) == 0);
  }
  void send_raw(std::string_view bytes) {
    REQUIRE(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }
  void say(const std::string& text) { send_raw(record(text)); }
  void say_many(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += record(text);
    send_raw(all);
  }
  // All that was sent is in the server's socket: its kernel has acknowledged it. On a busy machine even
  // loopback delivers later than send() returns.
  void wait_arrived() const {
    for (int left = 1; left != 0; std::this_thread::yield()) REQUIRE(ioctl(fd, SIOCOUTQ, &left) == 0);
  }
  std::string hear(size_t n) {
    std::string out(n, '\0');
    size_t have = 0;
    while (have < n) {
      const ssize_t k = recv(fd, out.data() + have, n - have, 0);
      if (k <= 0) break;
      have += static_cast<size_t>(k);
    }
    out.resize(have);
    return out;
  }
  ssize_t hear_end() {
    char c;
    return recv(fd, &c, 1, 0);
  }
  // Whatever was sent to the server before has been read when this returns: each round trip is a turn of its
  // loop.
  void turns(int n) {
    for (int i = 0; i < n; ++i) {
      say("t");
      REQUIRE(hear(1) == "t");
    }
  }
};

}  // namespace dfs::net::testing
