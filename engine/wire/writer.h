#pragma once

#include <array>
#include <bit>

#include "engine/base/slice.h"

namespace dfs::wire {

// A half-open byte range of an encoded message.
struct ByteRange {
  size_t begin = 0, end = 0;
};

// Writes XDR (RFC 4506) to the end of a list of Slices: small values into the cursor's shared block, payload
// pieces of at least kAttach bytes by reference. Call finish() before the list is used.
class Writer {
 public:
  // owner: keeps the memory of attached payload pieces alive; nullptr when they outlive the list.
  Writer(SliceList& out, BlockCursor& cursor) : out_(out), cursor_(cursor) { open(64); }
  ~Writer() { finish(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void u32(dfs::u32 v) {
    u8* p = reserve(4);
    v = __builtin_bswap32(v);
    std::memcpy(p, &v, 4);
  }
  void i32(dfs::i32 v) { u32(static_cast<dfs::u32>(v)); }
  void u64(dfs::u64 v) {
    u8* p = reserve(8);
    v = __builtin_bswap64(v);
    std::memcpy(p, &v, 8);
  }
  void i64(dfs::i64 v) { u64(static_cast<dfs::u64>(v)); }
  void f32(float v) { u32(std::bit_cast<dfs::u32>(v)); }
  void f64(double v) { u64(std::bit_cast<dfs::u64>(v)); }
  void boolean(bool v) { u32(v ? 1 : 0); }
  // Exactly n bytes plus zero padding.
  void fixed(const u8* p, dfs::u32 n);
  void opaque(Bytes b) {
    u32(b.size);
    fixed(b.data, b.size);
  }
  void text(Text t) {
    u32(t.size);
    fixed(t.data, t.size);
  }
  void payload(const Payload& p);
  // n contiguous bytes to fill in; valid until the next call. n <= 4096.
  u8* reserve(dfs::u32 n) {
    if (static_cast<size_t>(end_ - cur_) < n) reopen(n);
    u8* p = cur_;
    cur_ += n;
    return p;
  }
  // Bytes written by this Writer so far.
  size_t written() const { return closed_ + static_cast<size_t>(cur_ - begin_); }
  // Gives what was written to the list and the rest of the block back to the cursor. Idempotent.
  void finish();

  // Blocks that attached pieces point into: a piece inside one of them is appended as a Slice sharing it,
  // others are copied. Set by whoever owns the payload (the request).
  const SliceList* keep = nullptr;

  static constexpr dfs::u32 kAttach = 1024;  // smaller pieces are cheaper to copy than to carry as an iovec

 private:
  void open(dfs::u32 need);
  void reopen(dfs::u32 need);
  void flush();
  void append_piece(const IoPiece& piece);

  SliceList& out_;
  BlockCursor& cursor_;
  u8* begin_ = nullptr;
  u8* cur_ = nullptr;
  u8* end_ = nullptr;
  size_t closed_ = 0;  // bytes already in the list
};

// Encodes with `encode` into one std::string; for tests, tools and slow paths.
template <class F>
std::string encode_to_string(F&& encode) {
  SliceList out;
  BlockCursor cursor(4096);
  {
    Writer w(out, cursor);
    encode(w);
    w.finish();
  }
  return flatten(out);
}

}  // namespace dfs::wire
