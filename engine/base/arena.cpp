#include "engine/base/arena.h"

#include <algorithm>
#include <cstdlib>

namespace dfs {

void* Arena::slow_alloc(size_t n, size_t align) {
  if (n > limit_ || used_ > limit_ - n) return nullptr;
  size_t size = std::max<size_t>(n + align, 8192);
  auto* chunk = static_cast<Chunk*>(std::malloc(sizeof(Chunk) + size));
  if (chunk == nullptr) return nullptr;
  chunk->next = chunks_;
  chunk->size = size;
  chunks_ = chunk;
  cur_ = reinterpret_cast<u8*>(chunk + 1);
  end_ = cur_ + size;
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
    Chunk* next = chunks_->next;
    std::free(chunks_);
    chunks_ = next;
  }
}

}  // namespace dfs
