#include "engine/net/connection.h"

#include "engine/net/datagram.h"
#include "engine/net/tests/world.h"

using namespace dfs;
using namespace dfs::net;
using namespace dfs::net::testing;

TEST_CASE("connections: many on several loops, records there and back") {
  World w({.loops = 2});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(std::make_unique<Client>(w.where));
  for (int round = 0; round < 20; ++round) {
    for (auto& c : clients) c->say("hello");
    for (auto& c : clients) CHECK(c->hear(5) == "hello");
  }
}

TEST_CASE("connections: above the limit a peer is closed at once") {
  World w({.max_connections = 2});
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
  TcpListener second({w.loops[0].get()}, w.net, w.admission);
  auto bound = second.listen(w.where, [](Loop&, int, const Endpoint&) {});
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
