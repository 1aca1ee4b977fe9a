#include "engine/base/arena.h"

#include <algorithm>

#include "engine/base/slice.h"

namespace dfs {

// Chunks are Blocks: their pool hands out memory that was used a moment ago, where malloc would give pages back to the
// system between two large requests and fault them in again.
void* Arena::slow_alloc(size_t n, size_t align) {
  if (n > limit_ || used_ > limit_ - n) return nullptr;
  constexpr size_t kChunk = 65536;
  const size_t size = std::max<size_t>(n + align + sizeof(Chunk), kChunk);
  Block* block = Block::allocate(static_cast<u32>(size));
  auto* chunk = reinterpret_cast<Chunk*>(block->data());
  chunk->next = chunks_;
  chunk->block = block;
  chunks_ = chunk;
  cur_ = reinterpret_cast<u8*>(chunk + 1);
  end_ = block->data() + block->capacity();
  return alloc(n, align);
}

void Arena::reset() {
  release();
  used_ = 0;
  cur_ = inline_;
  end_ = inline_ + kInline;
}

void Arena::release() {
  while (chunks_ != nullptr) {
    Block* block = chunks_->block;
    chunks_ = chunks_->next;
    block->unref();
  }
}

}  // namespace dfs
