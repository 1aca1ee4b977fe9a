// What a file system call costs on each pair of stores, without any protocol. The argument is the store.
#include <benchmark/benchmark.h>

#include "benchmarks/micro/stores.h"

namespace {

using namespace dfs;
using namespace dfs::micro;
using fs::IoCheck;
using fs::Stable;

constexpr u64 kFiles = 10'000, kBlocks = 4096;  // blocks of 4 KiB: 16 MiB
constexpr const char* kStores[] = {"memory", "lmdb"};

std::string name_of(u64 i) { return "file" + std::to_string(i); }
u64 scattered(u64 i, u64 n) { return i * 2654435761u % n; }

// A directory of 10,000 and a file of 16 MiB.
struct World : Files {
  explicit World(benchmark::State& state) : Files(kStores[state.range(0)]), many(directory("many")) {
    state.SetLabel(kStores[state.range(0)]);
    for (u64 i = 0; i < kFiles; ++i) files.push_back(file(many, name_of(i)));
    for (u64 i = 0; i < kBlocks; i += 256) write(i * 4096, 256 * 4096);
  }
  void write(u64 offset, u32 size) {
    BlockRef block = BlockRef::allocate(size);
    const u8* data = block->data();
    SliceList list{Slice(std::move(block), data, size)};
    wait(fs().write(root, files[0], offset, std::move(list), Stable::unstable, IoCheck::strict));
  }

  fs::NodeRef many;
  std::vector<fs::NodeRef> files;
};

void store_getattr(benchmark::State& state) {
  World w(state);
  u64 i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(wait(w.fs().getattr(w.files[scattered(++i, kFiles)])).node.size);
}
void store_lookup(benchmark::State& state) {
  World w(state);
  std::vector<std::string> names;
  for (u64 i = 0; i < kFiles; ++i) names.push_back(name_of(i));
  u64 i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(wait(w.fs().lookup(w.root, w.many, names[scattered(++i, kFiles)])).node.size);
}
// An iteration lists all 10,000.
void store_readdirplus(benchmark::State& state) {
  World w(state);
  u64 bytes = 0;
  auto visit = [&](std::string_view name, const fs::Dirent&, const fs::Inode* node) {
    bytes += name.size() + node->size;
    return true;
  };
  for (auto _ : state) benchmark::DoNotOptimize(wait(w.fs().readdir(w.root, w.many, 0, true, visit)).eof);
  state.SetItemsProcessed(state.iterations() * static_cast<i64>(kFiles));
}
void store_read4k(benchmark::State& state) {
  World w(state);
  u64 i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(
        wait(w.fs().read(w.root, w.files[0], scattered(++i, kBlocks) * 4096, 4096, IoCheck::strict)).eof);
}
void store_read1m(benchmark::State& state) {
  World w(state);
  u64 i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(
        wait(w.fs().read(w.root, w.files[0], (++i % 16) << 20, 1 << 20, IoCheck::strict)).eof);
  state.SetBytesProcessed(state.iterations() << 20);
}
void store_write4k(benchmark::State& state) {
  World w(state);
  u64 i = 0;
  for (auto _ : state) w.write(scattered(++i, kBlocks) * 4096, 4096);
}
void store_write1m(benchmark::State& state) {
  World w(state);
  u64 i = 0;
  for (auto _ : state) w.write((++i % 16) << 20, 1 << 20);
  state.SetBytesProcessed(state.iterations() << 20);
}
// On LMDB each of the two waits for the disk.
void store_create_remove(benchmark::State& state) {
  World w(state);
  for (auto _ : state) {
    w.file(w.many, "new");
    benchmark::DoNotOptimize(wait(w.fs().remove(w.root, w.many, "new")).error);
  }
}

BENCHMARK(store_getattr)->Arg(0)->Arg(1);
BENCHMARK(store_lookup)->Arg(0)->Arg(1);
BENCHMARK(store_readdirplus)->Arg(0)->Arg(1);
BENCHMARK(store_read4k)->Arg(0)->Arg(1);
BENCHMARK(store_read1m)->Arg(0)->Arg(1);
BENCHMARK(store_write4k)->Arg(0)->Arg(1);
BENCHMARK(store_write1m)->Arg(0)->Arg(1);
BENCHMARK(store_create_remove)->Arg(0)->Arg(1)->UseRealTime();

}  // namespace
