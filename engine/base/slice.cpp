#include "engine/base/slice.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace dfs {
namespace {

// Free lists of the sizes the data path uses over and over: fresh memory of this size costs a page fault per
// 4 KiB.
struct SizeClass {
  u32 capacity;
  u32 keep;  // blocks kept per thread
};
constexpr SizeClass kClasses[] = {{4096, 64}, {65536, 32}, {262144, 8}, {(1u << 20) + 65536, 8}};
constexpr int kClassCount = 4;

struct ThreadPool {
  std::vector<Block*> free[kClassCount];
  bool* alive;
  ThreadPool();
  ~ThreadPool();
};
thread_local bool pool_alive = false;
thread_local ThreadPool pool;

ThreadPool::ThreadPool() : alive(&pool_alive) { *alive = true; }
ThreadPool::~ThreadPool() {
  *alive = false;
  for (auto& list : free)
    for (Block* b : list) std::free(b);
}

int class_of(u32 capacity) {
  for (int i = 0; i < kClassCount; ++i)
    if (capacity == kClasses[i].capacity) return i;
  return -1;
}

u32 round_up(u32 capacity) {
  // Only sizes that fill at least half of a class use it, so that a small payload never pins a large block.
  for (const auto& c : kClasses)
    if (capacity <= c.capacity && capacity > c.capacity / 2) return c.capacity;
  return capacity;
}

}  // namespace

Block* Block::allocate(u32 capacity) {
  capacity = round_up(capacity);
  if (int c = class_of(capacity); c >= 0) {
    auto& list = pool.free[c];
    if (!list.empty()) {
      Block* b = list.back();
      list.pop_back();
      b->refs_.store(1, std::memory_order_relaxed);
      return b;
    }
  }
  void* memory = std::malloc(sizeof(Block) + capacity);
  if (memory == nullptr) throw std::bad_alloc();
  return new (memory) Block(capacity);
}

void Block::recycle(Block* block) {
  int c = class_of(block->capacity_);
  if (c >= 0 && pool_alive && pool.free[c].size() < kClasses[c].keep) {
    pool.free[c].push_back(block);
    return;
  }
  std::free(block);
}

Slice Slice::copy_of(const void* data, u32 size) {
  if (size == 0) return {};
  BlockRef b = BlockRef::allocate(size);
  std::memcpy(b->data(), data, size);
  const u8* p = b->data();
  return Slice(std::move(b), p, size);
}

std::string flatten(const SliceList& list) {
  std::string out;
  out.reserve(total_size(list));
  for (const auto& s : list) out.append(s.view());
  return out;
}

const u8* zero_bytes() {
  alignas(4096) static const u8 zeros[kZeroPage] = {};
  return zeros;
}

void BlockCursor::open(u32 need, u8** begin, u8** end) {
  if (block_ && block_->unique()) used_ = 0;  // nobody else still reads what was written before
  if (!block_ || block_->capacity() - used_ < need) {
    block_ = BlockRef::allocate(std::max(need, block_size_));
    used_ = 0;
  }
  *begin = block_->data() + used_;
  *end = block_->data() + block_->capacity();
}

}  // namespace dfs
