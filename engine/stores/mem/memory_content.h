#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <unordered_map>

#include "engine/fs/content_store.h"
#include "engine/stores/mem/file_chunks.h"

namespace dfs::stores {

// File data in memory. A write's slices are kept as they arrived when that wastes little, and shared by reads
// and clones; small ones are copied. Every call answers at once.
class MemoryContent final : public fs::ContentStore {
 public:
  // capacity: bytes of data all files together may hold; FsError::no_space above it. Bytes shared by clones
  // count for each.
  explicit MemoryContent(u64 capacity) : capacity_(capacity) {}

  const char* kind() const override { return "memory"; }
  Async<fs::ContentRead> read(const fs::Inode& file, u64 offset, u32 length) override;
  Async<fs::ContentChange> write(const fs::Inode& file, u64 offset, SliceList& data) override;
  Async<fs::ContentChange> truncate(const fs::Inode& file, u64 new_size) override;
  Async<fs::ContentChange> deallocate(const fs::Inode& file, u64 offset, u64 length) override;
  Async<fs::ContentChange> clone(const fs::Inode& from, u64 from_offset, const fs::Inode& to, u64 to_offset,
                                 u64 length) override;
  Async<Result<fs::Extent, fs::FsError>> extent(const fs::Inode& file, u64 offset) override;
  fs::FsError remove(fs::MetadataTxn& txn, const fs::Inode& file) override;
  fs::FsError sync() override { return fs::FsError::ok; }
  fs::FsStat statfs() const override;
  fs::FsError check(fs::MetadataView& view, bool deep, fs::FindingSink report) override;
  void crash() override;
  fs::FsError close() override { return fs::FsError::ok; }

 private:
  class SpaceEdit;
  class CutEdit;
  class CloneEdit;
  struct alignas(64) Stripe {
    std::mutex mutex;
    std::unordered_map<fs::FileId, FileChunks> files;  // those with data
  };
  Stripe& stripe(fs::FileId id) { return stripes_[id.value % kStripes]; }

  bool charge(u64 bytes);  // false: no room
  u64 space(fs::FileId id);
  void cut(fs::FileId id, u64 begin, u64 end);

  static constexpr size_t kStripes = 64;
  const u64 capacity_;
  std::atomic<u64> used_{0};
  std::atomic<bool> crashed_{false};
  std::array<Stripe, kStripes> stripes_;
};

}  // namespace dfs::stores
