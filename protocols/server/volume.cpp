#include "protocols/server/volume.h"

namespace dfs::server {

Volume::Volume(Stores s, Trace& trace, fault::Registry& faults)
    : stores(std::move(s)),
      traced_metadata(std::make_unique<fs::TraceMetadata>(*stores.metadata, trace)),
      traced_content(std::make_unique<fs::TraceContent>(*stores.content, trace)),
      metadata(std::make_unique<fs::FaultMetadata>(*traced_metadata, faults)),
      content(std::make_unique<fs::FaultContent>(*traced_content, faults)) {}

Volume::~Volume() {
  if (stores.metadata) stores.metadata->set_commit_barrier([] { return fs::FsError::io; });
}

}  // namespace dfs::server
