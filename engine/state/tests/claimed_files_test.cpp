#include "engine/state/claimed_files.h"

#include <catch2/catch.hpp>
#include <thread>

using namespace dfs;
using namespace dfs::state;

namespace {
const fs::FileSystem* const kVolume = reinterpret_cast<const fs::FileSystem*>(0x1000);
const fs::FileSystem* const kOther = reinterpret_cast<const fs::FileSystem*>(0x2000);
const Owner kA{Protocol::nfs4, 1, "a"}, kB{Protocol::nfs4, 2, "b"};
}  // namespace

TEST_CASE("a file is there as long as it is pinned, and is one file system's") {
  ClaimedFiles files;
  const FileKey key{kVolume, fs::FileId{7}};
  {
    FilePin one = files.pin(key), two = files.pin(key);
    CHECK(&*one == &*two);
    CHECK(&*files.pin({kOther, fs::FileId{7}}) != &*one);
    std::lock_guard lock(one->mutex());
    one->claims.set_share(kA, {kReadRight, kWriteRight});
  }
  CHECK(files.size() == 0);
  FilePin again = files.pin(key);
  {
    std::lock_guard lock(again->mutex());
    CHECK(again->claims.empty());
    again->claims.set_share(kA, {kReadRight, kWriteRight});
  }
  CHECK_FALSE(files.judge(key, kB, WriteAccess{}).proceed());
  CHECK(files.judge(key, kA, WriteAccess{}).proceed());
  CHECK(files.judge({kOther, fs::FileId{7}}, kB, WriteAccess{}).proceed());
}

TEST_CASE("files come and go from many threads at once") {
  ClaimedFiles files;
  std::vector<std::thread> threads;
  for (u32 n = 0; n < 4; ++n)
    threads.emplace_back([&files, n] {
      const Owner me{Protocol::nfs4, n, "o"};
      for (u64 i = 0; i < 2000; ++i) {
        FilePin pin = files.pin({kVolume, fs::FileId{i % 5}});
        std::lock_guard lock(pin->mutex());
        pin->claims.lock(me, Range::of(i % 7, 1 + i % 3), false);
        pin->claims.unlock(me, {});
      }
    });
  for (auto& t : threads) t.join();
  CHECK(files.size() == 0);
}

TEST_CASE("a way that is held keeps the file, and grants of others away") {
  ClaimedFiles files;
  const FileKey key{kVolume, fs::FileId{7}};
  {
    HeldWay one(files.pin(key), kA);
    HeldWay moved = std::move(one);
    HeldWay two(files.pin(key), kB);
    files.look(key, [](ClaimedFile& f) {
      CHECK(f.claims.changes() == 2);
      CHECK_FALSE(f.claims.may_grant(kA, {.read = true}));
    });
    two = HeldWay();
    files.look(key, [](ClaimedFile& f) {
      CHECK(f.claims.may_grant(kA, {.read = true}));
      CHECK_FALSE(f.claims.may_grant(kB, {.read = true}));
    });
  }
  CHECK(files.size() == 0);
}
