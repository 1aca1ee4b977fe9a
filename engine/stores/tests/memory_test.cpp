#include <catch2/catch.hpp>

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

}  // namespace dfs::stores
