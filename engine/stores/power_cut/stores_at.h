#pragma once

#include "engine/fs/store_contract/world.h"
#include "engine/stores/tests/fixtures.h"

namespace dfs::power_cut {

// LMDB and files in a given folder, without a housekeeping thread, so that runs repeat.
class StoresAt final : public fs::contract::StoreFixture {
 public:
  explicit StoresAt(std::string folder) : folder_(std::move(folder)) { open(); }
  void open() override {
    content_.reset();
    metadata_.reset();
    auto metadata = stores::LmdbMetadata::open(folder_ + "/metadata", stores::small_lmdb());
    INFO((metadata ? std::string() : metadata.error()));
    REQUIRE(metadata.has_value());
    metadata_ = std::move(*metadata);
    stores::FileContentOptions options;
    options.housekeeping = false;
    auto content = stores::FileContent::open(folder_ + "/content", *metadata_, workers_, options);
    INFO((content ? std::string() : content.error()));
    REQUIRE(content.has_value());
    content_ = std::move(*content);
  }
  stores::LmdbMetadata& metadata() override { return *metadata_; }
  stores::FileContent& content() override { return *content_; }
  bool durable() const override { return true; }
  void tidy() { content_->tidy(std::chrono::milliseconds(0)); }

 private:
  const std::string folder_;
  Workers workers_{2};
  std::unique_ptr<stores::LmdbMetadata> metadata_;
  std::unique_ptr<stores::FileContent> content_;
};

// A world in a folder.
struct Machine {
  explicit Machine(const std::string& folder)
      : w([&] {
          auto made = std::make_unique<StoresAt>(folder);
          stores = made.get();
          return made;
        }) {}
  StoresAt* stores = nullptr;
  fs::contract::World w;
};

}  // namespace dfs::power_cut
