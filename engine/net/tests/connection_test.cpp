#include "engine/net/connection.h"

#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <future>

#include "engine/net/datagram.h"
#include "engine/net/listener.h"

using namespace dfs;
using namespace dfs::net;

namespace {

// Records end at their length byte; the handler sends each back.
class LengthFraming final : public Framing {
 public:
  Parse parse(const u8* p, size_t n, FragmentHeader& out) const override {
    if (n < 1) return Parse::more;
    out = {1, p[0], true};
    return Parse::ok;
  }
};

class Echo final : public ConnectionHandler {
 public:
  Echo(Connection& c, std::atomic<int>& closed) : c_(c), closed_(closed) {}
  void on_record(Record r) override {
    SliceList out{Slice::copy_of(r.data, r.size)};
    c_.send(out);
  }
  void on_closed() override { ++closed_; }

 private:
  Connection& c_;
  std::atomic<int>& closed_;
};

struct World {
  RealClock clock;
  Random random{7};
  Trace trace{clock};
  fault::Registry faults{random, trace};
  NetContext net{faults, trace};
  LengthFraming framing;
  ConnectionLimits limits;
  std::atomic<u32> open{0};
  std::atomic<int> closed{0};
  std::vector<std::unique_ptr<Loop>> loops;
  std::vector<std::unique_ptr<ConnectionSet>> sets;
  std::unique_ptr<TcpListener> listener;
  Endpoint where;

  explicit World(unsigned n = 1, u32 max_connections = 100) {
    std::vector<Loop*> raw;
    for (unsigned i = 0; i < n; ++i) {
      loops.push_back(std::make_unique<Loop>(clock, i));
      sets.push_back(std::make_unique<ConnectionSet>());
      loops[i]->start();
      raw.push_back(loops[i].get());
    }
    listener = std::make_unique<TcpListener>(raw, net, max_connections, open);
    auto bound = listener->listen({*IpAddress::parse("127.0.0.1"), 0}, [this](Loop& loop, int fd) {
      auto c = std::make_unique<Connection>(loop, net, framing, limits, *sets[loop.index()]);
      Connection& ref = *c;
      sets[loop.index()]->add(std::move(c));
      ref.open(fd, std::make_unique<Echo>(ref, closed));
    });
    REQUIRE(bound);
    where = *bound;
  }
  ~World() {
    listener->close();
    for (size_t i = 0; i < loops.size(); ++i) {
      loops[i]->stop([this, i] { sets[i]->close_all(); });
      CHECK(sets[i]->size() == 0);
      CHECK(loops[i]->foreign_handles() == 0);
    }
  }
  u64 arm(const char* point, fault::Action action, fault::Trigger trigger = {}) {
    auto id = faults.arm({*fault::parse_point(point), trigger, action});
    REQUIRE(id);
    return *id;
  }
};

// A blocking client socket; -1 bytes: the connection was reset.
struct Client {
  int fd;
  explicit Client(const Endpoint& e) : fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage a;
    const socklen_t n = to_sockaddr(e, a);
    REQUIRE(connect(fd, reinterpret_cast<sockaddr*>(&a), n) == 0);
    timeval limit{10, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Client() { close(fd); }
  void say(const std::string& text) {
    const std::string record = std::string(1, static_cast<char>(text.size())) + text;
    REQUIRE(send(fd, record.data(), record.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(record.size()));
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
};

}  // namespace

TEST_CASE("connections: many on several loops, records there and back") {
  World w(2);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(std::make_unique<Client>(w.where));
  for (int round = 0; round < 20; ++round) {
    for (auto& c : clients) c->say("hello");
    for (auto& c : clients) CHECK(c->hear(5) == "hello");
  }
}

TEST_CASE("connections: above the limit a peer is closed at once") {
  World w(1, 2);
  Client a(w.where), b(w.where);
  a.say("x");
  b.say("x");
  CHECK(a.hear(1) == "x");
  CHECK(b.hear(1) == "x");
  Client c(w.where);
  CHECK(c.hear_end() <= 0);
}

TEST_CASE("connections: a taken port is said in words") {
  World w;
  TcpListener second({w.loops[0].get()}, w.net, 1, w.open);
  auto bound = second.listen(w.where, [](Loop&, int) {});
  REQUIRE_FALSE(bound);
  CHECK(bound.error().find("is in use by another program; choose another port") != std::string::npos);
}

TEST_CASE("faults on links: reset, close, blackhole, slices, held input") {
  World w;
  Client c(w.where);
  c.say("a");
  REQUIRE(c.hear(1) == "a");
  SECTION("reset") {
    w.arm("net.read", {fault::ActionKind::reset});
    c.say("b");
    CHECK(c.hear_end() == -1);
    CHECK(errno == ECONNRESET);
  }
  SECTION("close") {
    w.arm("net.write", {fault::ActionKind::close});
    c.say("b");
    CHECK(c.hear_end() == 0);
  }
  SECTION("half close: the server still reads") {
    w.arm("net.read", {fault::ActionKind::half_close}, {.limit = 1});
    c.say("b");
    CHECK(c.hear_end() == 0);
  }
  SECTION("blackhole, then heal does not bring the bytes back") {
    const u64 id = w.arm("net.write", {fault::ActionKind::blackhole});
    c.say("b");
    timeval brief{0, 50'000};
    setsockopt(c.fd, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief);
    CHECK(c.hear_end() == -1);
    CHECK(w.faults.status(id).fired == 1);
  }
  SECTION("a byte a write") {
    w.arm("net.write", {fault::ActionKind::slice, 1}, {.limit = 1});
    c.say("bcdefgh");
    CHECK(c.hear(7) == "bcdefgh");
  }
  SECTION("paused until released") {
    const u64 id = w.arm("net.read", {fault::ActionKind::pause}, {.limit = 1});
    c.say("b");
    while (w.faults.status(id).fired == 0) std::this_thread::yield();
    w.faults.release(id);
    w.faults.disarm(id);
    CHECK(c.hear(1) == "b");
  }
}

TEST_CASE("draining: idle connections close, no new records are read") {
  World w;
  Client c(w.where);
  c.say("a");
  REQUIRE(c.hear(1) == "a");
  w.loops[0]->submit([&] { w.sets[0]->drain(); });
  CHECK(c.hear_end() == 0);
  CHECK(w.closed == 1);
}

TEST_CASE("datagrams: there and back") {
  RealClock clock;
  Loop loop(clock, 0);
  loop.start();
  DatagramSocket socket_(loop);
  auto bound = socket_.bind({*IpAddress::parse("127.0.0.1"), 0}, [&](Bytes data, const Endpoint& from) {
    socket_.send({Slice::copy_of(data.data, data.size)}, from);
  });
  REQUIRE(bound);
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_storage a;
  const socklen_t n = to_sockaddr(*bound, a);
  REQUIRE(sendto(fd, "ping", 4, 0, reinterpret_cast<sockaddr*>(&a), n) == 4);
  char buffer[16];
  CHECK(recv(fd, buffer, sizeof buffer, 0) == 4);
  close(fd);
  socket_.close();
  loop.stop();
  CHECK(loop.foreign_handles() == 0);
}
