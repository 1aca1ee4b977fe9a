#include "engine/fs/holds.h"

#include <catch2/catch.hpp>
#include <thread>

namespace dfs::fs {

TEST_CASE("the last hold of an orphan says so, once") {
  Holds holds;
  FileId f(5), other(5 + 64);    // of one stripe
  CHECK_FALSE(holds.orphan(f));  // nobody holds it
  holds.add(f);
  holds.add(f);
  holds.add(other);
  CHECK(holds.held(f));
  CHECK(holds.orphan(f));
  CHECK_FALSE(holds.drop(f));
  CHECK_FALSE(holds.drop(other));
  CHECK(holds.drop(f));
  CHECK_FALSE(holds.held(f));
  CHECK_FALSE(holds.drop(f));
}

TEST_CASE("four threads hold and drop 100,000 objects") {
  Holds holds;
  constexpr u64 kObjects = 100000;
  std::atomic<u64> last{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (u64 id = 1; id <= kObjects; ++id) holds.add(FileId(id));
    });
  for (auto& t : threads) t.join();
  for (u64 id = 1; id <= kObjects; ++id) REQUIRE(holds.orphan(FileId(id)));
  threads.clear();
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (u64 id = 1; id <= kObjects; ++id) last += holds.drop(FileId(id));
    });
  for (auto& t : threads) t.join();
  CHECK(last == kObjects);
  CHECK_FALSE(holds.held(FileId(1)));
}

}  // namespace dfs::fs
