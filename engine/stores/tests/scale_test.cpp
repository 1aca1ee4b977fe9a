#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>

#include "engine/fs/store_contract/world.h"
#include "engine/stores/tests/fixtures.h"

// How the stores behave with many objects. Hidden: run with `test_stores "[scale]"`; a small run of the same
// is part of every test run.
namespace dfs::stores {
namespace {

using namespace fs;
using namespace fs::contract;

// Memory of the process itself, without the pages of files it has mapped.
u64 resident_bytes() {
  std::ifstream status("/proc/self/status");
  u64 kib = 0;
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) kib = std::strtoull(line.c_str() + 8, nullptr, 10);
  REQUIRE(kib > 0);
  return kib * 1024;
}

// Time of the slowest of many calls and of all of them.
struct Timing {
  double slowest_ms = 0, total_ms = 0;
  template <class F>
  void run(F f) {
    auto start = std::chrono::steady_clock::now();
    f();
    double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    total_ms += ms;
    slowest_ms = std::max(slowest_ms, ms);
  }
};

void large_directory(const char* store, const StoreFactory& make, u64 count, bool print) {
  World w(make);
  BlockingExecutor here;
  Credential root{0, 0, {}};
  SetAttr none;
  MetadataStore& metadata = w.stores().metadata();
  u64 before = resident_bytes();
  Timing creating, paging, removing;
  // Many in one update: what is measured is the tables, not as many commits.
  constexpr u64 kBatch = 1000;
  for (u64 i = 0; i < count; i += kBatch) {
    auto fill = [&](MetadataTxn& t) {
      Inode dir = *t.inode(kRootId);
      for (u64 k = i; k < i + kBatch; ++k) {
        Inode n{};
        n.id = t.new_id();
        n.generation = 1;
        n.type = FileType::regular;
        n.mode = 0644;
        n.nlink = 1;
        t.put_inode(n);
        t.put_dirent(kRootId, "file-" + std::to_string(k), {dir.next_cookie++, n.id, n.type});
      }
      dir.entries += kBatch;
      t.put_inode(dir);
      return FsError::ok;
    };
    creating.run([&] { REQUIRE(wait(metadata.update(fill)) == FsError::ok); });
  }
  u64 filled = resident_bytes();
  u64 seen = 0;
  Cookie at = 0;
  for (bool eof = false; !eof;) {
    int n = 0;
    auto visit = [&](std::string_view, const Dirent& e, const Inode*) {
      if (++n > 500) return false;
      at = e.cookie;
      ++seen;
      return true;
    };
    paging.run([&] { eof = wait(w.fs().readdir(root, w.root(), at, true, visit)).eof; });
  }
  CHECK(seen == count);
  u64 paged = resident_bytes();
  for (u64 i = 0; i < 1000; ++i) {
    std::string name = "file-" + std::to_string(i * (count / 1000));
    auto drop = [&](MetadataTxn& t) {
      Inode dir = *t.inode(kRootId);
      t.erase_inode(t.lookup(kRootId, name)->id);
      t.erase_dirent(kRootId, name);
      --dir.entries;
      t.put_inode(dir);
      return FsError::ok;
    };
    removing.run([&] { REQUIRE(wait(metadata.update(drop)) == FsError::ok); });
  }
  if (print)
    std::printf(
        "%-8s %llu entries: %llu bytes each; 1000 made in %.2f ms (slowest %.2f); a page of 500 in %.3f ms "
        "(slowest %.3f), memory for all pages %lld KiB; removed in %.4f ms (slowest %.4f)\n",
        store, static_cast<unsigned long long>(count),
        static_cast<unsigned long long>((filled - before) / count), creating.total_ms / (count / kBatch),
        creating.slowest_ms, paging.total_ms / (count / 500), paging.slowest_ms,
        static_cast<long long>(paged - filled) / 1024, removing.total_ms / 1000, removing.slowest_ms);
  w.leave_damaged();  // sizes were not kept up to date
}

std::unique_ptr<StoreFixture> lmdb_default() { return std::make_unique<LmdbFixture>(LmdbOptions()); }

}  // namespace

TEST_CASE("a directory of many entries") {
  large_directory("memory", memory_stores, 20000, false);
  large_directory("lmdb", lmdb_stores, 20000, false);
}

TEST_CASE("a directory of a million entries", "[.scale]") {
  large_directory("memory", memory_stores, 1000000, true);
  large_directory("lmdb", lmdb_default, 1000000, true);
}

}  // namespace dfs::stores
