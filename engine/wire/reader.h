#pragma once

#include <bit>

#include "engine/base/arena.h"
#include "engine/wire/decode_error.h"

namespace dfs::wire {

// Reads XDR (RFC 4506) from one contiguous run of bytes. Decoded views point into that run; arrays, optional
// values and boxed arms go to the arena. After the first failure every further read fails too; error() says
// why.
class Reader {
 public:
  Reader(const u8* data, size_t size, Arena& arena)
      : begin_(data), cur_(data), end_(data + size), arena_(arena) {}

  size_t offset() const { return static_cast<size_t>(cur_ - begin_); }
  size_t left() const { return static_cast<size_t>(end_ - cur_); }
  Arena& arena() { return arena_; }
  const DecodeError& error() const { return error_; }
  const u8* cursor() const { return cur_; }

  [[nodiscard]] bool u32(dfs::u32& v) {
    if (left() < 4) return fail(DecodeErrorKind::truncated);
    dfs::u32 raw;
    std::memcpy(&raw, cur_, 4);
    v = __builtin_bswap32(raw);
    cur_ += 4;
    return true;
  }
  [[nodiscard]] bool i32(dfs::i32& v) { return u32(reinterpret_cast<dfs::u32&>(v)); }
  [[nodiscard]] bool u64(dfs::u64& v) {
    if (left() < 8) return fail(DecodeErrorKind::truncated);
    dfs::u64 raw;
    std::memcpy(&raw, cur_, 8);
    v = __builtin_bswap64(raw);
    cur_ += 8;
    return true;
  }
  [[nodiscard]] bool i64(dfs::i64& v) { return u64(reinterpret_cast<dfs::u64&>(v)); }
  [[nodiscard]] bool f32(float& v) {
    dfs::u32 raw;
    if (!u32(raw)) return false;
    v = std::bit_cast<float>(raw);
    return true;
  }
  [[nodiscard]] bool f64(double& v) {
    dfs::u64 raw;
    if (!u64(raw)) return false;
    v = std::bit_cast<double>(raw);
    return true;
  }
  [[nodiscard]] bool boolean(bool& v) {
    dfs::u32 raw;
    if (!u32(raw)) return false;
    if (raw > 1) return fail(DecodeErrorKind::bad_bool, 4);
    v = raw == 1;
    return true;
  }
  // n bytes to be looked at through `p`, without padding: one check for a run of fields of known size.
  [[nodiscard]] bool take(const u8*& p, size_t n) {
    if (left() < n) return fail(DecodeErrorKind::truncated);
    p = cur_;
    cur_ += n;
    return true;
  }
  // A count followed by elements of at least min_element wire bytes each: refused before anything is reserved
  // when the rest of the message cannot hold that many.
  [[nodiscard]] bool count(dfs::u32& n, dfs::u32 bound, dfs::u32 min_element) {
    if (!u32(n)) return false;
    if (n > bound) return fail(DecodeErrorKind::over_bound, 4);
    if (static_cast<dfs::u64>(n) * min_element > left()) return fail(DecodeErrorKind::truncated);
    return true;
  }
  // n bytes plus padding to a multiple of four; the view points into the message.
  [[nodiscard]] bool fixed(const u8*& p, dfs::u32 n) {
    if (left() < n) return fail(DecodeErrorKind::truncated);
    const dfs::u32 pad = (0u - n) & 3u;
    if (left() - n < pad) return fail(DecodeErrorKind::truncated);
    p = cur_;
    cur_ += n;
    for (dfs::u32 i = 0; i < pad; ++i, ++cur_)
      if (strict_padding && *cur_ != 0) return fail(DecodeErrorKind::bad_padding);
    return true;
  }
  [[nodiscard]] bool opaque(Bytes& v, dfs::u32 bound) {
    if (!count(v.size, bound, 1)) return false;
    return fixed(v.data, v.size);
  }
  [[nodiscard]] bool text(Text& v, dfs::u32 bound) {
    if (!count(v.size, bound, 1)) return false;
    return fixed(v.data, v.size);
  }
  [[nodiscard]] bool payload(Payload& v, dfs::u32 bound) {
    Bytes b;
    if (!opaque(b, bound)) return false;
    v = Payload{};
    if (b.size == 0) return true;
    auto* piece = arena_.make<IoPiece>();
    if (piece == nullptr) return fail(DecodeErrorKind::out_of_memory);
    *piece = {b.data, b.size};
    v = {piece, 1, b.size};
    return true;
  }
  // Zeroed elements in the arena.
  template <class T>
  [[nodiscard]] bool elements(T*& out, dfs::u32 n) {
    out = n == 0 ? nullptr : arena_.make<T>(n);
    return n == 0 || out != nullptr || fail(DecodeErrorKind::out_of_memory);
  }

  // Nesting of recursive types; pair enter() with leave().
  [[nodiscard]] bool enter() { return ++depth_ <= kMaxDepth || fail(DecodeErrorKind::too_deep); }
  void leave() { --depth_; }

  // The end of a whole message: nothing may follow.
  [[nodiscard]] bool finish() {
    return error_.kind == DecodeErrorKind::none && (left() == 0 || fail(DecodeErrorKind::trailing));
  }

  // Records the first failure, `back` bytes before the cursor; always false.
  bool fail(DecodeErrorKind kind, size_t back = 0) {
    if (error_.kind == DecodeErrorKind::none) error_ = {kind, offset() - back};
    cur_ = end_;
    return false;
  }

  // The same for a field at `where`, inside a run that was taken already.
  bool fail_at(DecodeErrorKind kind, const u8* where) {
    return fail(kind, static_cast<size_t>(cur_ - where));
  }

  static constexpr int kMaxDepth = 128;
  bool strict_padding = true;

 private:
  const u8* begin_;
  const u8* cur_;
  const u8* end_;
  Arena& arena_;
  int depth_ = 0;
  DecodeError error_;
};

}  // namespace dfs::wire
