#include "engine/stores/mem/file_chunks.h"

#include <algorithm>

namespace dfs::stores {
namespace {

// Whether keeping the slice keeps little else alive. A small write is better copied into a block that later
// small writes can go into as well.
bool worth_adopting(const Slice& s) {
  constexpr u32 kSmallest = 4096;
  return s.block() && s.size() >= kSmallest && s.size() >= s.block()->capacity() / 2;
}

}  // namespace

FileChunks::Cells::const_iterator FileChunks::lower(u64 index) const {
  // Most files are short or written front to back: look at the end first.
  if (cells_.empty() || cells_.back().index < index) return cells_.end();
  return std::lower_bound(cells_.begin(), cells_.end(), index,
                          [](const Cell& c, u64 i) { return c.index < i; });
}

Chunk& FileChunks::cell(u64 index) {
  auto it = lower(index);
  if (it == cells_.end() || it->index != index)
    it = cells_.insert(it, Cell{index, std::make_unique<Chunk>()});
  return *it->chunk;
}

u64 FileChunks::covered(u64 begin, u64 end) const {
  u64 n = 0;
  each(begin, end, [&](u64, const Slice& s) { n += s.size(); });
  return n;
}

template <class Change>
void FileChunks::split(u64 offset, const Slice& slice, Change change) {
  for (u32 done = 0; done < slice.size();) {
    u32 at = static_cast<u32>((offset + done) % kChunk);
    u32 n = std::min(slice.size() - done, kChunk - at);
    Chunk& chunk = cell((offset + done) / kChunk);
    space_ -= chunk.covered(0, kChunk);
    change(chunk, at, slice.sub(done, n));
    space_ += chunk.covered(0, kChunk);
    done += n;
  }
}

void FileChunks::adopt(u64 offset, const Slice& slice) {
  split(offset, slice, [](Chunk& chunk, u32 at, Slice part) { chunk.adopt(at, std::move(part)); });
}

void FileChunks::write(u64 offset, const SliceList& data) {
  for (const Slice& s : data) {
    if (worth_adopting(s))
      adopt(offset, s);
    else
      split(offset, s,
            [](Chunk& chunk, u32 at, const Slice& part) { chunk.write(at, part.data(), part.size()); });
    offset += s.size();
  }
}

void FileChunks::cut(u64 begin, u64 end) {
  if (begin >= end) return;
  auto first = cells_.begin() + (lower(begin / kChunk) - cells_.cbegin());
  auto last = first;
  for (; last != cells_.end() && last->index * kChunk < end; ++last) {
    u64 base = last->index * kChunk;
    u32 from = begin > base ? static_cast<u32>(begin - base) : 0, to = clip(end, base);
    space_ -= last->chunk->covered(from, to);
    last->chunk->cut(from, to);
  }
  cells_.erase(std::remove_if(first, last, [](const Cell& c) { return c.chunk->empty(); }), last);
}

void FileChunks::read(u64 offset, u64 length, SliceList& out) const {
  u64 end = offset + length;
  auto hole = [&](u64 to) {
    while (offset < to) {
      u32 n = static_cast<u32>(std::min<u64>(to - offset, kZeroPage));
      out.push_back(Slice::of_static(zero_bytes(), n));
      offset += n;
    }
  };
  for (auto it = lower(offset / kChunk); it != cells_.end() && it->index * kChunk < end; ++it) {
    u64 base = it->index * kChunk;
    if (base > offset) hole(base);
    u32 to = clip(end, base);
    it->chunk->read(static_cast<u32>(offset - base), to, out);
    offset = base + to;
  }
  hole(end);
}

u64 FileChunks::next_data(u64 at, u64 limit) const {
  for (auto it = lower(at / kChunk); it != cells_.end(); ++it) {
    u64 base = it->index * kChunk;
    u32 found = it->chunk->next_data(at > base ? static_cast<u32>(at - base) : 0);
    if (found < kChunk) return std::min(limit, base + found);
  }
  return limit;
}

u64 FileChunks::next_hole(u64 at, u64 limit) const {
  for (auto it = lower(at / kChunk); it != cells_.end() && at < limit; ++it) {
    u64 base = it->index * kChunk;
    if (base > at) break;
    u32 found = it->chunk->next_hole(static_cast<u32>(at - base));
    at = base + found;
    if (found < kChunk) break;
  }
  return std::min(at, limit);
}

}  // namespace dfs::stores
