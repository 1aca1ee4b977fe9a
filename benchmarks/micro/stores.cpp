#include "benchmarks/micro/stores.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

namespace dfs::micro {

Files::Files(const std::string& store) {
  std::string pattern = (std::filesystem::temp_directory_path() / "dittofs-micro-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for the stores");
  config_.data_dir = pattern;
  config_.store = store;
  auto opened = server::open_configured_stores({config_, {.path = "/export"}, clock_, random_, workers_});
  if (!opened) throw std::runtime_error(opened.error());
  stores_ = std::move(*opened);
  auto fs = wait(fs::FileSystem::open(*stores_.metadata, *stores_.content, clock_, random_, {}));
  if (!fs) throw std::runtime_error(fmt::format("the stores cannot be used: {}", fs::name(fs.error())));
  fs_ = std::move(*fs);
}

Files::~Files() {
  wait(fs_->close());
  fs_.reset();
  stores_ = {};
  std::error_code ignored;
  std::filesystem::remove_all(config_.data_dir, ignored);
}

fs::NodeRef Files::directory(std::string_view name) {
  const auto made = wait(fs_->mkdir(root, fs_->root(), name, {}));
  return {made.node.id, made.node.generation};
}

fs::NodeRef Files::file(fs::NodeRef dir, std::string_view name) {
  const auto made = wait(fs_->create(root, dir, name, fs::CreateHow::guarded, {}));
  return {made.node.id, made.node.generation};
}

}  // namespace dfs::micro
