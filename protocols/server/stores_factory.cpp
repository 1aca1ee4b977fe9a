#include "protocols/server/stores_factory.h"

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

Result<Stores, std::string> open_configured_stores(const StoreContext& c) {
  Stores s;
  s.metadata = std::make_unique<stores::MemoryMetadata>(c.random);
  s.content = std::make_unique<stores::MemoryContent>(static_cast<u64>(c.config.memory_capacity));
  return s;
}

}  // namespace dfs::server
