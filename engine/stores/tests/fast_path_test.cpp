#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>

#include "engine/fs/store_contract/world.h"
#include "engine/stores/tests/fixtures.h"

// What a store that answers at once costs: no coroutine frame, and how many nanoseconds (the hidden [bench]
// cases; run them with `test_stores "[bench]"`).
namespace dfs::stores {
namespace {

using namespace fs;
using namespace fs::contract;

void ready_calls(const StoreFactory& make) {
  World w(make);
  w.create(w.root(), "f");
  NodeRef f = ref(w.lookup(w.root(), "f").node);
  w.write(f, 0, std::string(8192, 'x'));
  w.tick();
  CHECK(w.fs().getattr(f).ready());
  CHECK(w.fs().access(w.who, f, 0x3f).ready());
  CHECK(w.fs().lookup(w.who, w.root(), "f").ready());
  CHECK(w.fs().read(w.who, f, 0, 4096, IoCheck::strict).ready());
  CHECK(w.fs().write(w.who, f, 0, bytes("x"), Stable::unstable, IoCheck::strict).ready());
  auto visit = [](std::string_view, const Dirent&, const Inode*) { return true; };
  CHECK(w.fs().readdir(w.who, w.root(), 0, true, visit).ready());
}

template <class F>
void report(const char* store, const char* what, u64 n, F body) {
  u64 best = UINT64_MAX;
  for (int round = 0; round < 5; ++round) {
    auto start = std::chrono::steady_clock::now();
    for (u64 i = 0; i < n; ++i) body(i);
    u64 ns = static_cast<u64>((std::chrono::steady_clock::now() - start).count());
    best = std::min(best, ns / n);
  }
  std::printf("%-8s %-34s %6llu ns\n", store, what, static_cast<unsigned long long>(best));
}

void costs(const char* store, const StoreFactory& make) {
  World w(make);
  BlockingExecutor here;
  RealClock clock;
  Random random(1);
  auto fs =
      std::move(*wait(FileSystem::open(w.stores().metadata(), w.stores().content(), clock, random, {})));
  Credential root{0, 0, {}};
  SetAttr none;
  constexpr u64 kFiles = 10000;
  NodeRef dir = ref(wait(fs->mkdir(root, fs->root(), "d", none)).node);
  std::vector<NodeRef> files;
  std::vector<std::string> names;
  for (u64 i = 0; i < kFiles; ++i) {
    names.push_back("file" + std::to_string(i));
    files.push_back(ref(wait(fs->create(root, dir, names.back(), CreateHow::guarded, none)).node));
  }
  auto at = [&](u64 i) { return i * 7919 % kFiles; };
  u64 sink = 0;
  report(store, "GETATTR, 10k files", 200000,
         [&](u64 i) { sink += wait(fs->getattr(files[at(i)])).node.size; });
  report(store, "LOOKUP, 10k names", 200000,
         [&](u64 i) { sink += wait(fs->lookup(root, dir, names[at(i)])).node.size; });
  report(store, "ACCESS", 200000, [&](u64 i) { sink += wait(fs->access(root, files[at(i)], 63)).granted; });
  u64 entries = 0;
  auto visit = [&](std::string_view name, const Dirent&, const Inode* n) {
    sink += name.size() + n->size;
    ++entries;
    return true;
  };
  report(store, "READDIRPLUS, per 10k entries", 500,
         [&](u64) { sink += wait(fs->readdir(root, dir, 0, true, visit)).eof; });

  NodeRef f = files[0];
  SliceList payload = bytes(std::string(4096, 'x'));
  constexpr u64 kBlocks = 4096;  // 16 MiB
  for (u64 i = 0; i < kBlocks; ++i)
    wait(fs->write(root, f, i * 4096, payload, Stable::unstable, IoCheck::strict));
  auto block = [&](u64 i) { return i * 2654435761u % kBlocks * 4096; };
  report(store, "READ 4k random", 100000,
         [&](u64 i) { sink += wait(fs->read(root, f, block(i), 4096, IoCheck::strict)).data.size(); });
  report(store, "WRITE 4k random (with its slice)", 100000, [&](u64 i) {
    SliceList data = payload;
    sink += wait(fs->write(root, f, block(i), std::move(data), Stable::unstable, IoCheck::strict)).count;
  });
  report(store, "WRITE 1M (with a fresh block)", 200, [&](u64 i) {
    BlockRef b = BlockRef::allocate(1u << 20);
    const u8* p = b->data();
    SliceList data{Slice(std::move(b), p, 1u << 20)};
    sink +=
        wait(fs->write(root, f, (i % 16) << 20, std::move(data), Stable::unstable, IoCheck::strict)).count;
  });
  report(store, "READ 1M", 200, [&](u64 i) {
    sink += wait(fs->read(root, f, (i % 16) << 20, 1u << 20, IoCheck::strict)).data.size();
  });
  if (!w.stores().metadata().durable())
    report(store, "CREATE + REMOVE", 50000, [&](u64) {
      wait(fs->create(root, dir, "new", CreateHow::guarded, none));
      wait(fs->remove(root, dir, "new"));
    });
  CHECK(sink > 0);
}

}  // namespace

TEST_CASE("the usual calls on stores that answer at once need no coroutine") {
  ready_calls(memory_stores);
  ready_calls(lmdb_stores);
}
TEST_CASE("cost of a call on memory", "[.bench]") { costs("memory", memory_stores); }
TEST_CASE("cost of a call on lmdb", "[.bench]") {
  costs("lmdb", [] { return std::make_unique<LmdbFixture>(LmdbOptions()); });
}

}  // namespace dfs::stores
