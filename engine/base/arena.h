#pragma once

#include <cstring>
#include <new>
#include <type_traits>

#include "engine/base/bytes.h"

namespace dfs {

class Block;

// Bump allocator that lives as long as one request. Everything it hands out is zeroed; nothing in it has a
// destructor that matters. Not thread-safe: a request lives on one loop.
class Arena {
 public:
  // limit: the most bytes this arena will ever hand out; alloc() returns nullptr past it.
  explicit Arena(size_t limit = 64u << 20) : limit_(limit) {}
  ~Arena() { release(); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // n zeroed bytes, aligned; nullptr when the limit is reached.
  void* alloc(size_t n, size_t align = 8) {
    u8* p =
        reinterpret_cast<u8*>((reinterpret_cast<uintptr_t>(cur_) + (align - 1)) & ~(uintptr_t(align) - 1));
    if (p + n > end_ || p + n < p || cur_ == nullptr) return slow_alloc(n, align);
    cur_ = p + n;
    used_ += n;
    return std::memset(p, 0, n);
  }

  template <class T>
  T* make(size_t count = 1) {
    static_assert(std::is_trivially_destructible_v<T>, "nothing in an arena is destroyed");
    if (count > limit_ / sizeof(T)) return nullptr;
    return static_cast<T*>(alloc(sizeof(T) * count, alignof(T)));
  }

  // A constructed value; nullptr when the limit is reached.
  template <class T, class... Args>
  T* construct(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "nothing in an arena is destroyed");
    void* p = alloc(sizeof(T), alignof(T));
    return p == nullptr ? nullptr : new (p) T{std::forward<Args>(args)...};
  }

  // A copy of bytes that lives as long as the arena.
  Bytes copy(Bytes b) {
    if (b.size == 0) return {nullptr, 0};
    auto* p = static_cast<u8*>(alloc(b.size, 1));
    if (p == nullptr) return {nullptr, 0};
    std::memcpy(p, b.data, b.size);
    return {p, b.size};
  }
  Text copy(std::string_view s) {
    Bytes b = copy(Bytes::of(s));
    return {b.data, b.size};
  }

  size_t used() const { return used_; }

  // Forgets everything handed out but keeps the first chunk for the next request.
  void reset();

 private:
  struct Chunk {  // at the start of its block
    Chunk* next;
    Block* block;
  };
  void* slow_alloc(size_t n, size_t align);
  void release();

  static constexpr size_t kInline = 2048;  // enough for a metadata request; larger ones take chunks
  size_t limit_;
  size_t used_ = 0;
  Chunk* chunks_ = nullptr;
  alignas(16) u8 inline_[kInline];
  u8* cur_ = inline_;
  u8* end_ = inline_ + kInline;
};

}  // namespace dfs
