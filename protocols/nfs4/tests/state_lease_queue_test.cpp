#include "protocols/nfs4/state/lease_queue.h"

#include <catch2/catch.hpp>

using namespace dfs;
using namespace dfs::nfs4;

TEST_CASE("lease queue: whose time has come, earliest first") {
  LeaseQueue q;
  CHECK(q.next() == LLONG_MAX);
  CHECK(q.add(30, 3));
  CHECK(q.add(10, 1));
  CHECK_FALSE(q.add(20, 2));
  CHECK_FALSE(q.add(10, 4));
  CHECK(q.next() == 10);
  CHECK(q.take_due(9).empty());
  CHECK(q.take_due(20) == std::vector<u32>{1, 4, 2});
  CHECK(q.next() == 30);
  CHECK(q.size() == 1);
}

// Renewing is a store into the client; the queue sees each client once a lease, whatever it does.
TEST_CASE("lease queue: ten thousand clients that renew all the time are looked at once a lease each") {
  constexpr Nanos kLease = 90 * kSecond;
  constexpr u32 kClients = 10'000;
  LeaseQueue q;
  std::vector<Nanos> renewed(kClients);
  for (u32 i = 0; i < kClients; ++i) {
    renewed[i] = i * kMillisecond;
    q.add(renewed[i] + kLease, i);
  }
  u64 looks = 0;
  const Nanos end = 10 * kLease;
  for (Nanos now = 0; now < end; now += kSecond) {
    for (u32 i = static_cast<u32>(now / kSecond) % 10; i < kClients; i += 10) renewed[i] = now;
    for (u32 client : q.take_due(now)) {
      ++looks;
      REQUIRE(renewed[client] + kLease > now);  // nobody has missed his
      q.add(renewed[client] + kLease, client);
    }
  }
  CHECK(looks <= u64{kClients} * 11);
  CHECK(q.size() == kClients);
}
