#include <catch2/catch.hpp>

#include "engine/fs/file_system.h"
#include "engine/stores/tests/fixtures.h"

namespace dfs::stores {

DFS_METADATA_CONTRACT("memory", memory_stores)
DFS_CONTENT_CONTRACT("memory", memory_stores)
DFS_FILE_SYSTEM_CONTRACT("memory", memory_stores)

TEST_CASE("the memory store is full at its capacity, and has room again after a removal") {
  MemoryContent content(10000);
  Random random(1);
  MemoryMetadata metadata(random);
  fs::Inode n{};
  n.id = fs::FileId(10);
  auto write = [&](u64 offset, u32 size) {
    SliceList data{Slice::copy_of(std::string(size, 'x').data(), size)};
    return std::move(content.write(n, offset, data)).get().error;
  };
  CHECK(write(0, 6000) == fs::FsError::ok);
  CHECK(write(6000, 4001) == fs::FsError::no_space);
  CHECK(write(0, 6000) == fs::FsError::ok);  // an overwrite takes no space
  CHECK(write(6000, 4000) == fs::FsError::ok);
  CHECK(content.statfs().free_bytes == 0);
  auto remove = [&](fs::MetadataTxn& t) { return content.remove(t, n); };
  CHECK(std::move(metadata.update(remove)).get() == fs::FsError::ok);
  CHECK(content.statfs().free_bytes == 10000);
}

TEST_CASE("what was allocated in a full memory store can be written") {
  using namespace fs;
  constexpr u32 kHalf = 100000;
  Random random(1);
  ManualClock clock;
  MemoryMetadata metadata(random);
  MemoryContent content(2 * kHalf);
  auto system = std::move(*contract::wait(FileSystem::open(metadata, content, clock, random, {})));
  Credential root{0, 0, {}};
  SetAttr none;
  auto make = [&](const char* name) {
    auto r = contract::wait(system->create(root, system->root(), name, CreateHow::guarded, none));
    return NodeRef{r.node.id, r.node.generation};
  };
  auto write = [&](NodeRef file, u64 at, u32 n) {
    SliceList data{Slice::copy_of(std::string(n, 'x').data(), n)};
    return contract::wait(system->write(root, file, at, std::move(data), Stable::unstable, IoCheck::strict))
        .error;
  };
  auto allocate = [&](NodeRef file, u64 at, u64 n) {
    return contract::wait(system->allocate(root, file, at, n, IoCheck::strict)).error;
  };
  NodeRef reserved = make("reserved"), other = make("other");
  REQUIRE(allocate(reserved, 0, kHalf) == FsError::ok);
  CHECK(allocate(other, 0, kHalf + 1) == FsError::no_space);
  CHECK(contract::wait(system->getattr(other)).node.size == 0);
  CHECK(write(other, 0, kHalf) == FsError::ok);
  CHECK(write(other, kHalf, 1) == FsError::no_space);
  for (u32 at = 0; at < kHalf; at += 1000) CHECK(write(reserved, at, 1000) == FsError::ok);
  CHECK(write(reserved, kHalf, 1) == FsError::no_space);
}

TEST_CASE("scattered bytes take the memory of the chunk they are in, not more") {
  Random random(1);
  MemoryMetadata metadata(random);
  MemoryContent content(u64(1) << 30);
  fs::Inode n{};
  n.id = fs::FileId(10);
  n.size = 65536;
  for (u32 at = 0; at < 65536; at += 2) {
    SliceList data{Slice::copy_of("x", 1)};
    auto change = std::move(content.write(n, at, data)).get();
    REQUIRE(change.error == fs::FsError::ok);
    auto apply = [&](fs::MetadataTxn& t) { return change.edit->apply(t, n); };
    REQUIRE(std::move(metadata.update(apply)).get() == fs::FsError::ok);
  }
  CHECK(n.space_used > 65000);  // the holes count, but for the last few
  CHECK(content.statfs().total_bytes - content.statfs().free_bytes == n.space_used);
  auto got = std::move(content.read(n, 0, 65536)).get();
  CHECK(got.data.size() < 200);
  std::string expected;
  for (int i = 0; i < 32768; ++i) expected += std::string("x\0", 2);
  CHECK(flatten(got.data) == expected);
}

}  // namespace dfs::stores
