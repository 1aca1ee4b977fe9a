// Clients that mean ill, or know no better: what each may use is bounded, and the others do not notice.
#include <fcntl.h>
#include <sys/resource.h>

#include "engine/net/tests/world.h"

using namespace dfs;
using namespace dfs::net;
using namespace dfs::net::testing;

namespace {

constexpr size_t kMiB = 1u << 20;

size_t largest_in_flight(World& w) {
  return w.on_loop([&] { return static_cast<size_t>(w.net.bytes.load()); });
}

// Lowers the number of descriptors this process may have to those it has; puts it back at the end.
struct NoDescriptors {
  rlimit before;
  explicit NoDescriptors(rlim_t limit) {
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit few{limit, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  }
  ~NoDescriptors() { restore(); }
  void restore() { setrlimit(RLIMIT_NOFILE, &before); }
};

}  // namespace

TEST_CASE("hostile: who never takes replies is not served without end, nor at others' cost") {
  World w({.limits = {.max_bytes = kMiB}});
  Client flood(w.where), polite(w.where);
  flood.say_many("+", 1000);
  polite.turns(30);
  CHECK(largest_in_flight(w) <= kMiB + kBig + 65536);
  // Beside our own bytes there are those in the kernel's two buffers, 10 MiB together.
  CHECK(w.count_served() < 30 + 200);
  CHECK(flood.hear(1000 * size_t{kBig}).size() == 1000 * size_t{kBig});  // nothing was lost
}

TEST_CASE("hostile: requests that wait, by number") {
  World w({.limits = {.max_in_flight = 5}});
  Client flood(w.where), polite(w.where);
  flood.say_many("?", 100);
  polite.turns(5);
  CHECK(w.count_waiting() == 5);
  for (size_t done = 0; done < 100;) {
    const size_t now = w.release();
    CHECK(now <= 5);
    done += now;
  }
  CHECK(flood.hear(100) == std::string(100, '?'));
}

TEST_CASE("hostile: requests that wait, by their bytes") {
  World w({.limits = {.max_bytes = kMiB}});
  Client flood(w.where), polite(w.where);
  flood.say_many("?", 100);
  polite.turns(5);
  CHECK(w.count_waiting() == kMiB / kBig + 1);
  for (size_t done = 0; done < 100;) done += w.release();
  CHECK(flood.hear(100) == std::string(100, '?'));
}

TEST_CASE("hostile: connections have their turns one after the other, so many requests each") {
  World w({.limits = {.turn_requests = 4}});
  Client flood(w.where), polite(w.where);
  polite.turns(1);
  // The loop stands still until both have sent everything.
  std::promise<void> go;
  w.loops[0]->submit([&] { go.get_future().wait(); });
  flood.say_many("f", 400);
  polite.say_many("p", 40);
  flood.wait_arrived();
  polite.wait_arrived();
  go.set_value();
  CHECK(polite.hear(40).size() == 40);
  CHECK(flood.hear(400).size() == 400);
  int run = 0, longest = 0, polite_left = 40;
  for (const auto& who : w.on_loop([&] { return w.served; })) {
    if (who == "f" && polite_left > 0) longest = std::max(longest, ++run);
    if (who == "p") run = 0, --polite_left;
  }
  CHECK(longest <= 4);
}

TEST_CASE("hostile: a turn is over after so many bytes, too") {
  World w({.limits = {.turn_bytes = 3 * kBig}});
  Client flood(w.where), polite(w.where);
  polite.turns(1);
  std::promise<void> go;
  w.loops[0]->submit([&] { go.get_future().wait(); });
  flood.say_many("+", 60);
  polite.say("p");
  flood.wait_arrived();
  polite.wait_arrived();
  go.set_value();
  CHECK(polite.hear(1) == "p");
  const auto order = w.on_loop([&] { return w.served; });
  const auto before = std::find(order.begin(), order.end(), "p") - order.begin();
  CHECK(before <= 1 + 3);  // "t" of the first round trip, then one turn of the flooding client at most
  CHECK(flood.hear(60 * size_t{kBig}).size() == 60 * size_t{kBig});
}

TEST_CASE("hostile: half-open: what was asked before the client's end of the stream is answered") {
  World w({.limits = {.turn_requests = 2}});
  Client c(w.where);
  c.say_many("?", 3);
  c.say_many("x", 7);
  shutdown(c.fd, SHUT_WR);
  size_t released = 0;
  while (released < 3) released += w.release();
  const std::string heard = c.hear(10);
  CHECK(std::count(heard.begin(), heard.end(), 'x') == 7);
  CHECK(std::count(heard.begin(), heard.end(), '?') == 3);
  CHECK(c.hear_end() == 0);
}

TEST_CASE("hostile: a byte now and then does not keep an unfinished record alive") {
  World w({.limits = {.stall_timeout = 60 * kSecond}, .manual_clock = true});
  Client drip(w.where), polite(w.where);
  const std::string whole = record(std::string(2000, 'x'));
  polite.turns(1);
  drip.send_raw(whole.substr(0, 5));
  polite.turns(2);
  for (size_t i = 5; i < 10; ++i) {
    w.manual.advance(11 * kSecond);
    drip.send_raw(whole.substr(i, 1));
    polite.turns(2);
    CHECK(w.closed == 0);
  }
  w.manual.advance(5 * kSecond);
  CHECK(drip.hear_end() <= 0);
  polite.turns(1);  // silent, but with nothing begun
  CHECK(w.closed == 1);
}

TEST_CASE("hostile: slow is not stalled: 64 KiB in the time allowed are progress") {
  World w({.limits = {.stall_timeout = 60 * kSecond}, .manual_clock = true});
  Client slow(w.where), polite(w.where);
  const std::string whole = record(std::string(300'000, 'x'));
  for (size_t at = 0; at < whole.size(); at += 70'000) {
    slow.send_raw(std::string_view(whole).substr(at, 70'000));
    polite.turns(3);
    w.manual.advance(59 * kSecond);
  }
  CHECK(slow.hear(300'000).size() == 300'000);
}

TEST_CASE("hostile: who takes a few bytes of its replies now and then is let go") {
  World w({.limits = {.stall_timeout = 60 * kSecond}, .manual_clock = true});
  Client slow(w.where), polite(w.where);
  slow.say_many("+", 400);
  polite.turns(10);
  for (int i = 0; i < 5; ++i) {
    w.manual.advance(11 * kSecond);
    slow.hear(100);
    polite.turns(2);
    CHECK(w.closed == 0);
  }
  w.manual.advance(10 * kSecond);
  polite.turns(1);
  CHECK(w.closed == 1);
}

TEST_CASE("hostile: above the total a connection has what the floor allows") {
  World w({.limits = {.max_bytes = 2 * kMiB, .max_total_bytes = kMiB, .floor_bytes = 65536}});
  Client hog(w.where), other(w.where), polite(w.where);
  hog.say_many("?", 100);
  polite.turns(3);
  CHECK(w.count_waiting() == kMiB / kBig + 1);
  other.say_many("?", 100);
  polite.turns(3);
  CHECK(w.count_waiting() == kMiB / kBig + 2);
  for (size_t done = 0; done < 200;) done += w.release();
  CHECK(hog.hear(100).size() == 100);
  CHECK(other.hear(100).size() == 100);
}

TEST_CASE("hostile: of too many unfinished records the one that rests gives way") {
  World w({.limits = {.max_unfinished_bytes = kMiB}});
  Client half(w.where), whole(w.where), polite(w.where);
  half.send_raw(record(std::string(900'000, 'h')).substr(0, 500'000));
  polite.turns(5);
  CHECK(w.closed == 0);
  whole.say(std::string(900'000, 'w'));
  CHECK(whole.hear(900'000).size() == 900'000);
  CHECK(half.hear_end() <= 0);
}

TEST_CASE("hostile: so many connections of one address") {
  World w({.per_address = 2});
  auto a = std::make_unique<Client>(w.where);
  Client b(w.where);
  a->turns(1);
  b.turns(1);
  Client c(w.where);
  CHECK(c.hear_end() <= 0);
  a.reset();
  while (w.admission.size() != 1) b.turns(1);
  Client d(w.where);
  d.turns(1);
}

// UBSan asks the kernel through a pipe whether an object's memory is there: without descriptors it takes
// every object for a broken one.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("hostile: without descriptors connections are refused, the others served, new ones taken later") {
  World w;
  Client open(w.where);
  open.turns(1);
  Client refused(w.where);  // its descriptor; it is accepted once
  refused.turns(1);
  const int again = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::vector<int> fill;
  {
    NoDescriptors few(static_cast<rlim_t>(again) + 1);
    for (int fd; (fd = dup(0)) >= 0;) fill.push_back(fd);
    sockaddr_storage a;
    const socklen_t n = to_sockaddr(w.where, a);
    REQUIRE(connect(again, reinterpret_cast<sockaddr*>(&a), n) == 0);
    char c;
    CHECK(recv(again, &c, 1, 0) <= 0);
    open.turns(3);
  }
  for (int fd : fill) close(fd);
  close(again);
  Client later(w.where);
  later.turns(1);
}

TEST_CASE("hostile: without any descriptor the listener looks away instead of asking in every turn") {
  World w({.manual_clock = true});
  Client open(w.where);
  open.turns(1);
  const int late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  {
    NoDescriptors none(3);  // below the reserve: closing that helps nobody
    sockaddr_storage a;
    const socklen_t n = to_sockaddr(w.where, a);
    REQUIRE(connect(late, reinterpret_cast<sockaddr*>(&a), n) == 0);
    open.turns(5);
    const u64 before = w.on_loop([&] { return w.loops[0]->turn(); });
    open.turns(10);
    const u64 after = w.on_loop([&] { return w.loops[0]->turn(); });
    // A turn a round trip and one for the question; one that asked in vain all the time would have thousands.
    CHECK(after - before <= 10 * 2 + 4);
  }
  w.manual.advance(100 * kMillisecond);
  REQUIRE(send(late, record("x").data(), 5, MSG_NOSIGNAL) == 5);
  char c;
  CHECK(recv(late, &c, 1, 0) == 1);
  close(late);
}

#endif
