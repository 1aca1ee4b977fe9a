#pragma once

#include <vector>

#include "engine/base/slice.h"

namespace dfs::stores {

constexpr u32 kChunk = 65536;  // the grid that bounds how far one change of a file reaches

// The bytes of one grid cell of a file: disjoint slices in order, holes between them. Offsets are within the
// cell. Not thread-safe; a Slice handed out stays as it is, because bytes are changed in place only while
// nobody else holds their Block.
class Chunk {
 public:
  // Makes the slice part of the chunk, without a copy. [at, at + size) lies within the cell.
  void adopt(u32 at, Slice slice);
  // Copies the bytes in: in place where that is safe, else into a block of its own.
  void write(u32 at, const u8* data, u32 size);
  // Turns [begin, end) into a hole.
  void cut(u32 begin, u32 end);
  // Appends exactly [begin, end) to out; holes as slices of zeros.
  void read(u32 begin, u32 end, SliceList& out) const;

  // Bytes of [begin, end) that are data.
  u32 covered(u32 begin, u32 end) const;
  bool empty() const { return pieces_.empty(); }
  // The first offset at or after `at` that is data (or a hole), kChunk when there is none.
  u32 next_data(u32 at) const;
  u32 next_hole(u32 at) const;

  // Calls visit(offset, slice) for the data of [begin, end).
  template <class Visit>
  void each(u32 begin, u32 end, Visit visit) const {
    for (const Piece& p : pieces_) {
      u32 from = std::max(begin, p.begin), to = std::min(end, p.end());
      if (from < to) visit(from, p.bytes.sub(from - p.begin, to - from));
    }
  }

 private:
  struct Piece {
    u32 begin;
    Slice bytes;
    u32 end() const { return begin + bytes.size(); }
  };
  static constexpr size_t kMergeAbove = 16;
  // A chunk with more holes than this has them filled with zeros: a list of scattered bytes would take a
  // hundred times their memory.
  static constexpr size_t kMaxPieces = 64;

  std::vector<Piece>::iterator first_ending_after(u32 at);
  bool write_in_place(u32 at, const u8* data, u32 size);
  bool append(u32 at, const u8* data, u32 size);
  void merge();
  void fill();

  std::vector<Piece> pieces_;
};

}  // namespace dfs::stores
