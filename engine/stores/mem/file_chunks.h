#pragma once

#include <memory>

#include "engine/stores/mem/chunk.h"

namespace dfs::stores {

// One file's data: its chunks that are not all hole, in order. Not thread-safe.
class FileChunks {
 public:
  u64 space() const { return space_; }  // bytes of data

  // Bytes of [begin, end) that are data.
  u64 covered(u64 begin, u64 end) const;
  void write(u64 offset, const SliceList& data);
  void adopt(u64 offset, const Slice& slice);
  void cut(u64 begin, u64 end);
  void read(u64 offset, u64 length, SliceList& out) const;
  // The first offset at or after `at` that is data (or a hole), or `limit`.
  u64 next_data(u64 at, u64 limit) const;
  u64 next_hole(u64 at, u64 limit) const;
  // Calls visit(offset, slice) for the data of [begin, end), in order.
  template <class Visit>
  void each(u64 begin, u64 end, Visit visit) const {
    for (auto it = lower(begin / kChunk); it != cells_.end() && it->index * kChunk < end; ++it) {
      u64 base = it->index * kChunk;
      it->chunk->each(begin > base ? static_cast<u32>(begin - base) : 0, clip(end, base),
                      [&](u32 at, const Slice& s) { visit(base + at, s); });
    }
  }

 private:
  struct Cell {
    u64 index;
    std::unique_ptr<Chunk> chunk;
  };
  using Cells = std::vector<Cell>;

  static u32 clip(u64 end, u64 base) { return end - base < kChunk ? static_cast<u32>(end - base) : kChunk; }
  Cells::const_iterator lower(u64 index) const;
  Chunk& cell(u64 index);
  // Calls change(chunk, at, slice) for each grid cell's part of the slice.
  template <class Change>
  void split(u64 offset, const Slice& slice, Change change);

  Cells cells_;
  u64 space_ = 0;
};

}  // namespace dfs::stores
