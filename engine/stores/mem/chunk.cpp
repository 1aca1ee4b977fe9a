#include "engine/stores/mem/chunk.h"

#include <algorithm>

namespace dfs::stores {
namespace {

// Whether bytes of this slice may be changed: nobody else can see them.
bool private_bytes(const Slice& s) { return s.block() && s.block()->unique(); }

// Behind a constant view lies the store's own block.
u8* writable(const Slice& s) { return s.block()->data() + (s.data() - s.block()->data()); }

}  // namespace

std::vector<Chunk::Piece>::iterator Chunk::first_ending_after(u32 at) {
  return std::find_if(pieces_.begin(), pieces_.end(), [at](const Piece& p) { return p.end() > at; });
}

void Chunk::cut(u32 begin, u32 end) {
  auto it = first_ending_after(begin);
  if (it == pieces_.end() || it->begin >= end) return;
  if (it->begin < begin && it->end() > end) {  // the middle of one piece
    Piece tail{end, it->bytes.sub(end - it->begin, it->end() - end)};
    it->bytes = it->bytes.sub(0, begin - it->begin);
    pieces_.insert(it + 1, std::move(tail));
    return;
  }
  if (it->begin < begin) {
    it->bytes = it->bytes.sub(0, begin - it->begin);
    ++it;
  }
  auto last = it;
  while (last != pieces_.end() && last->end() <= end) ++last;
  if (last != pieces_.end() && last->begin < end) {
    last->bytes.drop_front(end - last->begin);
    last->begin = end;
  }
  pieces_.erase(it, last);
}

void Chunk::adopt(u32 at, Slice slice) {
  cut(at, at + slice.size());
  pieces_.insert(first_ending_after(at), Piece{at, std::move(slice)});
  if (pieces_.size() > kMergeAbove) merge();
  if (pieces_.size() > kMaxPieces) fill();
}

void Chunk::write(u32 at, const u8* data, u32 size) {
  if (write_in_place(at, data, size) || append(at, data, size)) return;
  adopt(at, Slice::copy_of(data, size));
}

bool Chunk::write_in_place(u32 at, const u8* data, u32 size) {
  auto it = first_ending_after(at);
  if (it == pieces_.end() || it->begin > at || it->end() < at + size || !private_bytes(it->bytes))
    return false;
  std::memcpy(writable(it->bytes) + (at - it->begin), data, size);
  return true;
}

// Small writes one after the other fill one block, which grows by doubling.
bool Chunk::append(u32 at, const u8* data, u32 size) {
  auto next = first_ending_after(at);
  if (next != pieces_.end() && next->begin < at + size) return false;
  if (next == pieces_.begin()) return false;
  Piece& last = *(next - 1);
  if (last.end() != at) return false;
  u32 used = last.bytes.size();
  bool mine = private_bytes(last.bytes);
  u32 room = 0;
  if (mine) {
    const Block& b = *last.bytes.block().get();
    room = static_cast<u32>(b.data() + b.capacity() - (last.bytes.data() + used));
  }
  if (room < size) {
    constexpr u32 kWorthMoving = 32768;
    if (used > kWorthMoving) return false;
    BlockRef bigger = BlockRef::allocate(std::min(kChunk, std::max(used + size, 2 * used)));
    std::memcpy(bigger->data(), last.bytes.data(), used);
    const u8* p = bigger->data();
    last.bytes = Slice(std::move(bigger), p, used);
  }
  std::memcpy(writable(last.bytes) + used, data, size);
  last.bytes.extend(size);
  return true;
}

// Copies each contiguous run into one block, so that a chunk's list stays short and old blocks are let go.
void Chunk::merge() {
  std::vector<Piece> merged;
  for (size_t i = 0; i < pieces_.size();) {
    size_t j = i + 1;
    while (j < pieces_.size() && pieces_[j].begin == pieces_[j - 1].end()) ++j;
    if (j == i + 1) {
      merged.push_back(std::move(pieces_[i]));
    } else {
      u32 begin = pieces_[i].begin, size = pieces_[j - 1].end() - begin;
      BlockRef block = BlockRef::allocate(size);
      u8* to = block->data();
      for (size_t k = i; k < j; ++k) {
        std::memcpy(to, pieces_[k].bytes.data(), pieces_[k].bytes.size());
        to += pieces_[k].bytes.size();
      }
      const u8* p = block->data();
      merged.push_back({begin, Slice(std::move(block), p, size)});
    }
    i = j;
  }
  pieces_ = std::move(merged);
}

void Chunk::fill() {
  u32 begin = pieces_.front().begin, size = pieces_.back().end() - begin;
  BlockRef block = BlockRef::allocate(size);
  std::memset(block->data(), 0, size);
  for (const Piece& p : pieces_)
    std::memcpy(block->data() + (p.begin - begin), p.bytes.data(), p.bytes.size());
  const u8* p = block->data();
  pieces_.clear();
  pieces_.push_back({begin, Slice(std::move(block), p, size)});
}

void Chunk::read(u32 begin, u32 end, SliceList& out) const {
  auto hole = [&](u32 to) {
    out.push_back(Slice::of_static(zero_bytes(), to - begin));
    begin = to;
  };
  for (const Piece& p : pieces_) {
    if (p.end() <= begin) continue;
    if (p.begin >= end) break;
    if (p.begin > begin) hole(p.begin);
    u32 to = std::min(end, p.end());
    out.push_back(p.bytes.sub(begin - p.begin, to - begin));
    begin = to;
  }
  if (begin < end) hole(end);
}

u32 Chunk::covered(u32 begin, u32 end) const {
  u32 n = 0;
  each(begin, end, [&](u32, const Slice& s) { n += s.size(); });
  return n;
}

u32 Chunk::next_data(u32 at) const {
  for (const Piece& p : pieces_)
    if (p.end() > at) return std::max(at, p.begin);
  return kChunk;
}

u32 Chunk::next_hole(u32 at) const {
  for (const Piece& p : pieces_) {
    if (p.begin > at) break;
    if (p.end() > at) at = p.end();
  }
  return at;
}

}  // namespace dfs::stores
