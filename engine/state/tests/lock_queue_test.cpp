#include "engine/state/lock_queue.h"

#include <catch2/catch.hpp>
#include <climits>

using namespace dfs;
using namespace dfs::state;

namespace {

std::shared_ptr<const Owner> owner(u64 client, std::string name) {
  return std::make_shared<const Owner>(Owner{Protocol::nfs4, client, std::move(name)});
}
const auto kA = owner(1, "a"), kA2 = owner(1, "a2"), kB = owner(2, "b"), kC = owner(3, "c");

LockQueue::Waiter waiter(const std::shared_ptr<const Owner>& who, Range range, bool exclusive, Nanos until) {
  return {who, range, exclusive, until, "", false};
}
std::vector<std::string> names(const LockQueue::Waiters& waiters) {
  std::vector<std::string> out;
  for (const auto& w : waiters) out.push_back(w.owner->name);
  return out;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("who came first has the bytes first, and only those in its way wait for it") {
  LockQueue q;
  REQUIRE(q.wait(waiter(kB, {10, 19}, true, 100)));
  REQUIRE(q.wait(waiter(kC, {15, 30}, true, 100)));
  CHECK(q.ahead_of(*kB, {10, 19}, true, 0) == nullptr);
  REQUIRE(q.ahead_of(*kC, {15, 30}, true, 0) != nullptr);
  CHECK(q.ahead_of(*kC, {15, 30}, true, 0)->owner->name == "b");
  CHECK(q.ahead_of(*kC, {20, 30}, true, 0) == nullptr);  // its own place is no obstacle to it
  CHECK(q.ahead_of(*kA, {19, 19}, false, 0) != nullptr);
  CHECK(q.ahead_of(*kA, {31, 40}, true, 0) == nullptr);
  SECTION("until its time is over") { CHECK(q.ahead_of(*kC, {15, 30}, true, 100) == nullptr); }
  SECTION("a place is kept by asking again, and stays where it is") {
    REQUIRE(q.wait(waiter(kB, {10, 19}, true, 500)));
    CHECK(names(q.waiters()) == Names{"b", "c"});
    CHECK(q.ahead_of(*kC, {15, 30}, true, 200) != nullptr);
  }
}

TEST_CASE("shared locks wait for exclusive ones, not for each other") {
  LockQueue q;
  REQUIRE(q.wait(waiter(kA, {0, 9}, false, 100)));
  CHECK(q.ahead_of(*kB, {0, 9}, false, 0) == nullptr);
  CHECK(q.ahead_of(*kB, {0, 9}, true, 0) != nullptr);
}

TEST_CASE("those whose bytes came free are told once, the first of them that conflict") {
  LockQueue q;
  ClaimTable claims;
  claims.lock(*kA, {0, 9}, true);
  REQUIRE(q.wait(waiter(kB, {0, 9}, false, 100)));
  REQUIRE(q.wait(waiter(kC, {5, 5}, true, 100)));
  CHECK(q.take_ready(claims, 0, 100).empty());
  claims.unlock(*kA, {0, 9});
  CHECK(names(q.take_ready(claims, 0, 50)) == Names{"b"});
  CHECK(q.take_ready(claims, 0, 50).empty());
  CHECK(q.next_end() == 50);
  CHECK(names(q.take_late(50)) == Names{"b"});  // it did not come for it
  CHECK(names(q.take_ready(claims, 50, 80)) == Names{"c"});
}

TEST_CASE("an owner's own lock does not keep it from the stronger one it waits for") {
  LockQueue q;
  ClaimTable claims;
  claims.lock(*kA, {0, 9}, false);
  claims.lock(*kB, {0, 9}, false);
  REQUIRE(q.wait(waiter(kA, {0, 9}, true, 100)));
  CHECK(q.take_ready(claims, 0, 100).empty());
  claims.unlock(*kB, {0, 9});
  CHECK(names(q.take_ready(claims, 0, 100)) == Names{"a"});
}

TEST_CASE("an owner leaves by its bytes, a client with all its owners") {
  LockQueue q;
  REQUIRE(q.wait(waiter(kA, {0, 9}, true, 100)));
  REQUIRE(q.wait(waiter(kA2, {0, 9}, true, 100)));
  REQUIRE(q.wait(waiter(kB, {0, 9}, true, 100)));
  CHECK(q.leave(*kA, {10, 20}).empty());
  CHECK(names(q.leave(*kA, {9, 9})) == Names{"a"});
  CHECK(names(q.leave_client(*kA)) == Names{"a2"});
  CHECK(names(q.waiters()) == Names{"b"});
}

TEST_CASE("the queue has an end") {
  LockQueue q;
  for (size_t i = 0; i < LockQueue::kMost; ++i) REQUIRE(q.wait(waiter(kA, {i, i}, true, 100)));
  CHECK_FALSE(q.wait(waiter(kA, {LockQueue::kMost, LockQueue::kMost}, true, 100)));
  CHECK(q.wait(waiter(kA, {0, 0}, true, 200)));
}
