#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "engine/base/random.h"
#include "engine/fs/store_contract/fixture.h"
#include "engine/stores/file/file_content.h"
#include "engine/stores/lmdb/lmdb_metadata.h"
#include "engine/stores/mem/memory_content.h"
#include "engine/stores/mem/memory_metadata.h"

// The pairs of stores that the tests run on.
namespace dfs::stores {

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

inline std::unique_ptr<fs::contract::StoreFixture> memory_stores() {
  return std::make_unique<MemoryFixture>();
}

// A folder that ends with its owner: in memory where there is such a file system, because the tests sync a
// lot; on the disk of the system's temporary folder when asked to, or in DFS_TEST_DIR.
class TempFolder {
 public:
  explicit TempFolder(bool on_disk = false) {
    namespace stdfs = std::filesystem;
    stdfs::path base = stdfs::temp_directory_path();
    if (const char* chosen = std::getenv("DFS_TEST_DIR"))
      base = chosen;
    else if (!on_disk && stdfs::is_directory("/dev/shm"))
      base = "/dev/shm";
    std::string pattern = (base / "dfs-stores-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The smallest limits, so that short tests reach them.
inline LmdbOptions small_lmdb() {
  LmdbOptions options;
  options.initial_map = 1u << 17;
  options.cached_inodes = 512;
  options.pending_limit = 1u << 18;
  return options;
}

// LMDB with its data in memory: what is durable is the names, not the bytes.
class LmdbFixture final : public fs::contract::StoreFixture {
 public:
  explicit LmdbFixture(LmdbOptions options) : options_(options) { open(); }
  void open() override {
    metadata_.reset();
    auto opened = LmdbMetadata::open(folder_.path(), options_);
    REQUIRE(opened.has_value());
    metadata_ = std::move(*opened);
    content_ = std::make_unique<MemoryContent>(u64(1) << 40);
  }
  fs::MetadataStore& metadata() override { return *metadata_; }
  fs::ContentStore& content() override { return *content_; }
  bool durable() const override { return true; }

 private:
  const LmdbOptions options_;
  TempFolder folder_;
  std::unique_ptr<LmdbMetadata> metadata_;
  std::unique_ptr<MemoryContent> content_;
};

inline std::unique_ptr<fs::contract::StoreFixture> lmdb_stores() {
  return std::make_unique<LmdbFixture>(small_lmdb());
}

// What `dfs start` uses by default: LMDB and files. `sealing`: housekeeping runs all the time, with files
// sealed as soon as they are written.
class DurableFixture final : public fs::contract::StoreFixture {
 public:
  explicit DurableFixture(bool sealing, bool on_disk = false) : sealing_(sealing), folder_(on_disk) {
    open();
  }
  void open() override {
    content_.reset();
    metadata_.reset();
    auto metadata = LmdbMetadata::open(folder_.path() + "/metadata", small_lmdb());
    INFO((metadata ? std::string() : metadata.error()));
    REQUIRE(metadata.has_value());
    metadata_ = std::move(*metadata);
    FileContentOptions options;
    options.open_files = 8;
    options.housekeeping = sealing_;
    options.seal_after = std::chrono::milliseconds(0);
    options.housekeeping_period = std::chrono::milliseconds(1);
    auto content = FileContent::open(folder_.path() + "/content", *metadata_, workers_, options);
    REQUIRE(content.has_value());
    content_ = std::move(*content);
  }
  fs::MetadataStore& metadata() override { return *metadata_; }
  fs::ContentStore& content() override { return *content_; }
  FileContent& files() { return *content_; }
  const std::string& path() const { return folder_.path(); }
  bool durable() const override { return true; }

 private:
  const bool sealing_;
  TempFolder folder_;
  Workers workers_{2};
  std::unique_ptr<LmdbMetadata> metadata_;
  std::unique_ptr<FileContent> content_;
};

inline std::unique_ptr<fs::contract::StoreFixture> durable_stores() {
  return std::make_unique<DurableFixture>(false);
}
inline std::unique_ptr<fs::contract::StoreFixture> sealing_stores() {
  return std::make_unique<DurableFixture>(true);
}

}  // namespace dfs::stores
