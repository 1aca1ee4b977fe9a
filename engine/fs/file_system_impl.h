#pragma once

#include "engine/fs/file_gates.h"
#include "engine/fs/file_system.h"
#include "engine/fs/holds.h"

namespace dfs::fs {

// What a file system writes down about itself, in Table::server.
constexpr std::string_view kUuidKey = "uuid";
// There only between a clean end and the next start, so that a crash finds none.
constexpr std::string_view kVerifierKey = "write verifier";

struct FileSystem::Impl {
  Impl(MetadataStore& m, ContentStore& c, Clock& k, Random& r, const FileSystemConfig& f)
      : metadata(m), content(c), clock(k), random(r), config(f), keep_orphans(f.keep_orphans) {}

  // fixed after construction
  MetadataStore& metadata;
  ContentStore& content;
  Clock& clock;
  Random& random;
  const FileSystemConfig config;
  NodeRef root{};
  std::array<u8, 16> uuid{};
  u64 verifier = 0;

  // thread-safe by themselves
  FileGates gates;
  Holds holds;
  std::atomic<bool> keep_orphans;  // see FileSystemConfig
  std::atomic<bool> interrupted{false};

  // A generation that no handle of an earlier object with this id has.
  u64 draw_generation() { return random.next() | 1; }

  // Inside an update: node has lost its last name. It goes now, or with its last hold.
  FsError drop_object(MetadataTxn& txn, const Inode& node);
  // Inside an update: erases an object that has no name and no hold, and its data.
  FsError erase_object(MetadataTxn& txn, const Inode& node);

  // Looks up or makes the root, the uuid and the verifier.
  Task<FsError> start();
  // Erases what has no name and is not held.
  Task<FsError> sweep_orphans();
};

}  // namespace dfs::fs
