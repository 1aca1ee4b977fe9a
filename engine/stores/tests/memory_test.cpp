#include <catch2/catch.hpp>

#include "engine/fs/store_contract/fixture.h"
#include "engine/stores/mem/memory_content.h"
#include "engine/stores/mem/memory_metadata.h"

namespace dfs::stores {
namespace {

class MemoryFixture final : public fs::contract::StoreFixture {
 public:
  MemoryFixture() { open(); }
  void open() override {
    metadata_ = std::make_unique<MemoryMetadata>(random_);
    content_ = std::make_unique<MemoryContent>(u64(1) << 40);
  }
  fs::MetadataStore& metadata() override { return *metadata_; }
  fs::ContentStore& content() override { return *content_; }
  bool durable() const override { return false; }

 private:
  Random random_{7};
  std::unique_ptr<MemoryMetadata> metadata_;
  std::unique_ptr<MemoryContent> content_;
};

std::unique_ptr<fs::contract::StoreFixture> memory() { return std::make_unique<MemoryFixture>(); }

}  // namespace

DFS_METADATA_CONTRACT("memory", memory)
DFS_CONTENT_CONTRACT("memory", memory)
DFS_FILE_SYSTEM_CONTRACT("memory", memory)

}  // namespace dfs::stores
