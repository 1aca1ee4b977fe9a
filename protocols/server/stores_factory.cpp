#include "protocols/server/stores_factory.h"

#include <fmt/format.h>

#include <cstring>

#include "engine/stores/common/folders.h"
#include "engine/stores/file/file_content.h"
#include "engine/stores/lmdb/lmdb_metadata.h"
#include "engine/stores/mem/memory_content.h"
#include "engine/stores/mem/memory_metadata.h"

namespace dfs::server {

std::string store_folder(const Config& config, const std::string& export_path) {
  // One folder an export; '/' cannot stand in a name and '%' marks what was written differently.
  std::string name;
  for (char c : export_path.substr(1)) {
    if (c == '/')
      name += "%2F";
    else if (c == '%')
      name += "%25";
    else
      name += c;
  }
  return config.data_dir + "/exports/" + (name.empty() ? "%root" : name);
}

namespace {

Result<Stores, std::string> open_memory(const StoreContext& c) {
  Stores s;
  s.metadata = std::make_unique<stores::MemoryMetadata>(c.random);
  s.content = std::make_unique<stores::MemoryContent>(static_cast<u64>(c.config.memory_capacity));
  return s;
}

Result<Stores, std::string> open_lmdb(const StoreContext& c) {
  const std::string folder = store_folder(c.config, c.ex.path);
  for (const std::string& above : {c.config.data_dir, c.config.data_dir + "/exports"})
    if (int e = stores::make_folders(above); e != 0)
      return failure(fmt::format("cannot make the folder {}: {}", above, std::strerror(e)));
  stores::LmdbOptions lmdb;
  lmdb.verify = c.config.verify;
  auto metadata = stores::LmdbMetadata::open(folder, lmdb);
  if (!metadata) return failure(metadata.error());
  stores::FileContentOptions options;
  options.housekeeping = c.housekeeping;
  options.seal_after = std::chrono::milliseconds(static_cast<i64>(c.config.seal_after * 1000));
  options.housekeeping_period = std::min(options.housekeeping_period, options.seal_after);
  auto content = stores::FileContent::open(folder + "/content", **metadata, c.workers, options);
  if (!content) return failure(content.error());
  return Stores{std::move(*metadata), std::move(*content)};
}

}  // namespace

Result<Stores, std::string> open_configured_stores(const StoreContext& c) {
  return c.config.store == "memory" ? open_memory(c) : open_lmdb(c);
}

}  // namespace dfs::server
