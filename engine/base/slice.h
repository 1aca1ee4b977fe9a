#pragma once

#include <atomic>
#include <cstring>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"

namespace dfs {

// A reference-counted run of memory, header and bytes in one allocation. Receive buffers, reply buffers and
// the memory store's data are Blocks; a Slice keeps its Block alive, so data moves between them without
// copies.
class Block {
 public:
  // A block of at least `capacity` bytes, contents undefined, reference count 1. Sizes near the pool's
  // classes come from a per-thread free list.
  static Block* allocate(u32 capacity);

  u8* data() { return reinterpret_cast<u8*>(this + 1); }
  const u8* data() const { return reinterpret_cast<const u8*>(this + 1); }
  u32 capacity() const { return capacity_; }

  void ref() { refs_.fetch_add(1, std::memory_order_relaxed); }
  void unref() {
    if (refs_.load(std::memory_order_acquire) == 1 || refs_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      recycle(this);
  }
  // True when the caller holds the only reference, so the bytes may be changed in place.
  bool unique() const { return refs_.load(std::memory_order_acquire) == 1; }

 private:
  Block(u32 capacity) : capacity_(capacity) {}
  static void recycle(Block* block);

  std::atomic<u32> refs_{1};
  u32 capacity_;
  alignas(16) u8 pad_[0];
};

// Owning pointer to a Block.
class BlockRef {
 public:
  BlockRef() = default;
  static BlockRef adopt(Block* b) { return BlockRef(b); }
  static BlockRef share(Block* b) {
    if (b) b->ref();
    return BlockRef(b);
  }
  static BlockRef allocate(u32 capacity) { return BlockRef(Block::allocate(capacity)); }
  BlockRef(const BlockRef& o) : b_(o.b_) {
    if (b_) b_->ref();
  }
  BlockRef(BlockRef&& o) noexcept : b_(std::exchange(o.b_, nullptr)) {}
  BlockRef& operator=(BlockRef o) noexcept {
    std::swap(b_, o.b_);
    return *this;
  }
  ~BlockRef() {
    if (b_) b_->unref();
  }
  Block* get() const { return b_; }
  Block* operator->() const { return b_; }
  explicit operator bool() const { return b_ != nullptr; }

 private:
  explicit BlockRef(Block* b) : b_(b) {}
  Block* b_ = nullptr;
};

// A view of bytes that keeps their Block alive (or of static memory, when the Block is null).
class Slice {
 public:
  Slice() = default;
  Slice(BlockRef block, const u8* data, u32 size) : block_(std::move(block)), data_(data), size_(size) {}
  // A slice over memory that outlives everything (a constant, a page of zeros).
  static Slice of_static(const u8* data, u32 size) { return Slice(BlockRef(), data, size); }
  // A new block holding a copy.
  static Slice copy_of(const void* data, u32 size);

  const u8* data() const { return data_; }
  u32 size() const { return size_; }
  const BlockRef& block() const { return block_; }
  Slice sub(u32 offset, u32 size) const { return Slice(block_, data_ + offset, size); }
  IoPiece piece() const { return {data_, size_}; }
  std::string_view view() const { return {reinterpret_cast<const char*>(data_), size_}; }

  void extend(u32 n) { size_ += n; }
  void drop_front(u32 n) {
    data_ += n;
    size_ -= n;
  }

 private:
  BlockRef block_;
  const u8* data_ = nullptr;
  u32 size_ = 0;
};

using SliceList = std::vector<Slice>;
inline u64 total_size(const SliceList& list) {
  u64 n = 0;
  for (const auto& s : list) n += s.size();
  return n;
}
// All bytes in one string; for tests and slow paths.
std::string flatten(const SliceList& list);
// A shared 64 KiB of zeros, for holes.
constexpr u32 kZeroPage = 65536;
const u8* zero_bytes();

// Bump allocation over blocks: consecutive small writes of one loop share a block. One writer at a time.
class BlockCursor {
 public:
  explicit BlockCursor(u32 block_size = 65536) : block_size_(block_size) {}
  // The writable rest of the current block; takes a new block when fewer than `need` bytes are left.
  void open(u32 need, u8** begin, u8** end);
  // Says how far the caller wrote.
  void close(u8* cursor) { used_ = static_cast<u32>(cursor - block_->data()); }
  const BlockRef& block() const { return block_; }
  // Gives the current block up (memory of an idle loop).
  void drop() { block_ = BlockRef(); }

 private:
  u32 block_size_;
  u32 used_ = 0;
  BlockRef block_;
};

}  // namespace dfs
