#pragma once

#include <functional>
#include <memory>

#include "engine/base/random.h"
#include "engine/fs/file_system.h"
#include "engine/loop/workers.h"
#include "protocols/server/config.h"

namespace dfs::server {

// The stores behind one export.
struct Stores {
  std::unique_ptr<fs::MetadataStore> metadata;
  std::unique_ptr<fs::ContentStore> content;
};

struct StoreContext {
  const Config& config;
  const ExportConfig& ex;
  Clock& clock;
  Random& random;
  Workers& workers;
  bool housekeeping = true;  // false: nothing changes in the stores but by calls
};
// Opens an export's stores, or says why that cannot be done and what to do about it.
using StoreFactory = std::function<Result<Stores, std::string>(const StoreContext&)>;

// What store.kind says.
Result<Stores, std::string> open_configured_stores(const StoreContext& context);

// The file with the key that seals file handles.
std::string handle_key_file(const Config& config);

// The folder of an export's durable store below store.data_dir.
std::string store_folder(const Config& config, const std::string& export_path);

}  // namespace dfs::server
