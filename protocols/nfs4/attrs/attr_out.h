#pragma once

#include "engine/base/arena.h"
#include "engine/base/check.h"
#include "engine/wire/codec.h"

namespace dfs::nfs4 {

// Writes XDR into an arena: the values of one attrlist4 after the other, each in one piece.
class AttrOut {
 public:
  explicit AttrOut(Arena& arena) : arena_(arena) {}

  void u32(dfs::u32 v) { wire::store_u32(reserve(4), v); }
  void u64(dfs::u64 v) { wire::store_u64(reserve(8), v); }
  void i64(dfs::i64 v) { wire::store_i64(reserve(8), v); }
  void boolean(bool v) { u32(v ? 1 : 0); }
  void opaque(std::string_view v) {
    const auto n = static_cast<dfs::u32>(v.size());
    u8* p = reserve(4 + wire::padded(n));
    wire::store_u32(p, n);
    wire::store_fixed(p + 4, reinterpret_cast<const u8*>(v.data()), n);
  }
  // XDR as it is.
  void raw(const u8* data, size_t size) { std::memcpy(reserve(size), data, size); }

  size_t size() const { return static_cast<size_t>(cur_ - begin_); }
  // What was written since the last time; the next value begins behind it.
  Bytes take() {
    const Bytes b{begin_, static_cast<dfs::u32>(size())};
    begin_ = cur_;
    return b;
  }

 private:
  u8* reserve(size_t n) {
    if (static_cast<size_t>(end_ - cur_) < n) grow(n);
    u8* p = cur_;
    cur_ += n;
    return p;
  }
  void grow(size_t n) {
    const size_t used = size();
    const size_t capacity = std::max<size_t>(kFirst, 2 * (used + n));
    auto* more = static_cast<u8*>(arena_.alloc(capacity, 4));
    DFS_CHECK(more != nullptr);  // what one reply can hold is bounded far below an arena
    if (used != 0) std::memcpy(more, begin_, used);
    begin_ = more;
    cur_ = more + used;
    end_ = more + capacity;
  }

  static constexpr size_t kFirst = 384;  // of the attributes clients ask for together
  Arena& arena_;
  u8* begin_ = nullptr;
  u8* cur_ = nullptr;
  u8* end_ = nullptr;
};

}  // namespace dfs::nfs4
