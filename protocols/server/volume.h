#pragma once

#include <memory>

#include "engine/fs/fault_store.h"
#include "engine/fs/file_system.h"
#include "engine/fs/trace_store.h"
#include "protocols/server/stores_factory.h"

namespace dfs::server {

// What an export keeps its files in: its stores, behind a trace and fault points, and the file system on
// them.
struct Volume {
  // Neither trace nor registry is owned.
  Volume(Stores s, Trace& trace, fault::Registry& faults);
  Volume(Volume&&) = default;
  // Waits for a commit that is asking for its data to be made durable: that way leads through all these
  // parts.
  ~Volume();

  Stores stores;
  std::unique_ptr<fs::TraceMetadata> traced_metadata;
  std::unique_ptr<fs::TraceContent> traced_content;
  std::unique_ptr<fs::FaultMetadata> metadata;
  std::unique_ptr<fs::FaultContent> content;
  std::unique_ptr<fs::FileSystem> file_system;
};

}  // namespace dfs::server
