// What GET /api/v1/trace tells of events that the ring no longer holds.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "protocols/server/admin/api.h"

using namespace dfs;
using namespace dfs::server;

namespace {

constexpr u64 kManyMore = 100'000;  // than the ring holds

// A server that does nothing by itself.
struct World {
  ManualClock clock;
  Server server{Config{}, {.clock = &clock}};
  CurrentServer current;
  admin::Api api{current};
  u64 next = 1, lost = 0;  // of what was heard: the number that comes now; events that were not

  World() { current.put(&server); }
  ~World() { current.put(nullptr); }
  void happen(u64 events) {
    for (u64 i = 0; i < events; ++i) server.trace().emit(event::RpcReplayed{i});
  }
  admin::Answer ask(std::map<std::string, std::string> query) {
    return api.answer({"GET", "/api/v1/trace", "", std::move(query)});
  }
  void hear(std::string_view lines) {
    std::istringstream in{std::string(lines)};
    for (std::string line; std::getline(in, line);) {
      const auto said = nlohmann::json::parse(line);
      if (said.contains("lost")) {
        lost += said["lost"].get<u64>();
        next += said["lost"].get<u64>();
      } else {
        REQUIRE(said["seq"] == next++);
      }
    }
  }
  // Everything there is by now.
  void hear_all(const admin::Answer& following) {
    while (next <= server.trace().last_seq())
      REQUIRE(following.more([&](std::string_view part) {
        hear(part);
        return true;
      }));
  }
};

}  // namespace

TEST_CASE("trace: a follower that is too slow hears how many events it has missed") {
  World w;
  const admin::Answer following = w.ask({{"follow", "1"}});
  w.happen(3);
  // More happens than the ring holds while a part is on its way.
  CHECK(following.more([&](std::string_view part) {
    w.hear(part);
    w.happen(kManyMore);
    return true;
  }));
  CHECK(w.next == 4);
  w.hear_all(following);
  CHECK(w.lost > 0);
  CHECK(w.next == 4 + kManyMore);
  const u64 before = w.lost;
  w.happen(5);
  w.hear_all(following);
  CHECK(w.lost == before);
}

TEST_CASE("trace: a follower that was there before the first event hears of those that were lost before it came to them") {
  World w;
  const admin::Answer following = w.ask({{"follow", "1"}});
  w.happen(kManyMore);
  w.hear_all(following);
  CHECK(w.lost > 0);
  CHECK(w.next == 1 + kManyMore);
}

TEST_CASE("trace: where events were lost before those that are asked for") {
  World w;
  w.server.trace().enable(true);
  w.happen(kManyMore);
  w.next = 3;
  w.hear(w.ask({{"after", "2"}}).body);
  CHECK(w.lost > 0);
  CHECK(w.next == 1 + kManyMore);
}
