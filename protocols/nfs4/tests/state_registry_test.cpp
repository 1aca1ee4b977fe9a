#include "protocols/nfs4/state/registry.h"

#include <catch2/catch.hpp>
#include <set>
#include <thread>

using namespace dfs;
using namespace dfs::nfs4;

namespace {

struct Thing : Counted {
  explicit Thing(std::atomic<int>& alive) : alive(alive) { ++alive; }
  ~Thing() { --alive; }
  std::atomic<int>& alive;
  Registry<Thing>::Number number{};
};

Registry<Thing>::Number add(Registry<Thing>& r, std::atomic<int>& alive) {
  auto thing = Ref<Thing>::adopt(new Thing(alive));
  r.add(thing, [&](Registry<Thing>::Number n) { thing->number = n; });
  return thing->number;
}

}  // namespace

TEST_CASE("registry: a number finds its record, and nothing else does") {
  Random random(1);
  std::atomic<int> alive{0};
  Registry<Thing> r(random);
  const auto n = add(r, alive);
  CHECK(r.find(n).record->number.place == n.place);
  CHECK_FALSE(r.find({n.place, n.nonce + 1}).record);
  CHECK(r.find({n.place, n.nonce + 1}).gone == Gone::never_was);
  CHECK_FALSE(r.find({n.place + Registry<Thing>::kShards, n.nonce}).record);
  CHECK_FALSE(r.find({UINT32_MAX, 0}).record);
  r.clear();
  CHECK(alive == 0);
}

TEST_CASE("registry: what is gone is remembered, and why") {
  Random random(1);
  std::atomic<int> alive{0};
  Registry<Thing> r(random);
  for (Gone why : {Gone::closed, Gone::expired, Gone::revoked}) {
    const auto n = add(r, alive);
    CHECK(r.remove(n, why));
    CHECK_FALSE(r.remove(n, why));
    CHECK_FALSE(r.find(n).record);
    CHECK(r.find(n).gone == why);
  }
  // Long enough: places are taken again in turn.
  const auto n = add(r, alive);
  r.remove(n, Gone::expired);
  for (u32 i = 0; i < Registry<Thing>::kShards * (Registry<Thing>::kQuarantine - 1); ++i)
    r.remove(add(r, alive), Gone::closed);
  CHECK(r.find(n).gone == Gone::expired);
  CHECK(alive == 0);
  CHECK(r.size() == 0);
}

TEST_CASE("registry: places are used again, with another nonce") {
  Random random(1);
  std::atomic<int> alive{0};
  Registry<Thing> r(random);
  std::set<u32> places;
  std::set<std::pair<u32, u32>> numbers;
  for (u32 i = 0; i < 50'000; ++i) {
    const auto n = add(r, alive);
    places.insert(n.place);
    CHECK(numbers.emplace(n.place, n.nonce).second);
    r.remove(n, Gone::closed);
  }
  CHECK(places.size() <= Registry<Thing>::kShards * (Registry<Thing>::kQuarantine + 2));
}

TEST_CASE("registry: a record that is found outlives its removal by another thread") {
  Random random(1);
  std::atomic<int> alive{0};
  Registry<Thing> r(random);
  std::vector<std::thread> threads;
  std::array<std::atomic<u64>, 16> shared{};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (u32 i = 0; i < 5000; ++i) {
        const auto n = add(r, alive);
        const u64 old = shared[(i + static_cast<u32>(t)) % 16].exchange(u64{n.place} << 32 | n.nonce);
        if (old != 0) r.remove({static_cast<u32>(old >> 32), static_cast<u32>(old)}, Gone::closed);
        const u64 other = shared[i % 16];
        if (auto found = r.find({static_cast<u32>(other >> 32), static_cast<u32>(other)}); found.record)
          CHECK(found.record->number.nonce == static_cast<u32>(other));
      }
    });
  for (auto& t : threads) t.join();
  r.clear();
  CHECK(alive == 0);
}
