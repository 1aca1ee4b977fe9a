#pragma once

#include <algorithm>

#include "engine/wire/reader.h"
#include "engine/wire/writer.h"

// What generated codecs are made of beside Reader and Writer: fields inside a run of bytes whose length was
// checked (Reader::take) or reserved (Writer::reserve) once.
namespace dfs::wire {

// n rounded up to a multiple of four (RFC 4506 section 3).
constexpr size_t padded(size_t n) { return (n + 3) & ~size_t{3}; }

inline u32 load_u32(const u8* p) {
  u32 raw;
  std::memcpy(&raw, p, 4);
  return __builtin_bswap32(raw);
}
inline i32 load_i32(const u8* p) { return static_cast<i32>(load_u32(p)); }
inline u64 load_u64(const u8* p) {
  u64 raw;
  std::memcpy(&raw, p, 8);
  return __builtin_bswap64(raw);
}
inline i64 load_i64(const u8* p) { return static_cast<i64>(load_u64(p)); }
inline float load_f32(const u8* p) { return std::bit_cast<float>(load_u32(p)); }
inline double load_f64(const u8* p) { return std::bit_cast<double>(load_u64(p)); }
inline bool load_bool(Reader& r, const u8* p, bool& v) {
  const u32 raw = load_u32(p);
  v = raw == 1;
  return raw <= 1 || r.fail_at(DecodeErrorKind::bad_bool, p);
}
// n bytes, with padding behind them; `out` may be null when n is 0.
inline bool load_fixed(Reader& r, const u8* p, u8* out, u32 n) {
  if (n != 0) std::memcpy(out, p, n);
  for (size_t i = n; i < padded(n); ++i)
    if (r.strict_padding && p[i] != 0) return r.fail_at(DecodeErrorKind::bad_padding, p + i);
  return true;
}
// The same when nothing was checked before.
inline bool read_fixed(Reader& r, u8* out, u32 n) {
  const u8* p;
  if (!r.fixed(p, n)) return false;
  if (n != 0) std::memcpy(out, p, n);
  return true;
}

inline void store_u32(u8* p, u32 v) {
  v = __builtin_bswap32(v);
  std::memcpy(p, &v, 4);
}
inline void store_i32(u8* p, i32 v) { store_u32(p, static_cast<u32>(v)); }
inline void store_u64(u8* p, u64 v) {
  v = __builtin_bswap64(v);
  std::memcpy(p, &v, 8);
}
inline void store_i64(u8* p, i64 v) { store_u64(p, static_cast<u64>(v)); }
inline void store_f32(u8* p, float v) { store_u32(p, std::bit_cast<u32>(v)); }
inline void store_f64(u8* p, double v) { store_u64(p, std::bit_cast<u64>(v)); }
inline void store_fixed(u8* p, const u8* v, u32 n) {
  if (n != 0) std::memcpy(p, v, n);
  std::memset(p + n, 0, padded(n) - n);
}

// Floating-point numbers are equal when their bytes on the wire are: a NaN is itself, -0 is not 0.
inline u32 bits(float v) { return std::bit_cast<u32>(v); }
inline u64 bits(double v) { return std::bit_cast<u64>(v); }

// One level of a recursive type, for as long as it lives.
class Nesting {
 public:
  explicit Nesting(Reader& r) : r_(r), allowed_(r.enter()) {}
  ~Nesting() { r_.leave(); }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  bool allowed() const { return allowed_; }

 private:
  Reader& r_;
  bool allowed_;
};

// Collects a linked list, whose length nobody announces, into an array in the arena.
template <class T>
class ListBuilder {
 public:
  explicit ListBuilder(Reader& r) : r_(r) {}
  // The next element, zeroed; nullptr when the arena is at its limit.
  T* add() {
    if (size_ == capacity_ && !grow()) return nullptr;
    return items_ + size_++;
  }
  Array<T> array() const { return {items_, size_}; }

 private:
  bool grow() {
    const u32 capacity = capacity_ == 0 ? 8 : capacity_ * 2;
    T* items;
    if (!r_.elements(items, capacity)) return false;
    std::copy_n(items_, size_, items);
    items_ = items;
    capacity_ = capacity;
    return true;
  }

  Reader& r_;
  T* items_ = nullptr;
  u32 size_ = 0;
  u32 capacity_ = 0;
};

}  // namespace dfs::wire
