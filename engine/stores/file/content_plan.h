#pragma once

#include "engine/stores/file/file_content.h"

namespace dfs::stores {

// Where one run of a read's bytes is.
struct FileContent::Part {
  enum Kind : u8 { hole, staged, sealed } kind;
  ChunkHash hash;  // sealed
  u32 length;
  u64 at;  // in the staging file or the chunk file
  bool operator==(const Part&) const = default;
};

// A read: what to fetch, and how far it got.
struct FileContent::ReadPlan {
  StateRef state;
  std::vector<Part> parts;
  BlockRef block;
  size_t next = 0;  // part to be fetched next
  u32 filled = 0;   // bytes of block

  fs::FsError make(fs::MetadataView& view, u64 offset, u32 length);
  void prepare();
  SliceList slices() const;

 private:
  void add(Part part);
  void add(const ChunkMap& map, u32 begin, u32 end);
};

}  // namespace dfs::stores
