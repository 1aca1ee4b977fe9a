#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace dfs {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

// Views that own nothing and are trivially copyable: what decoded messages are made of. They point into the
// receive block or into the request's arena and live as long as the request.

// Uninterpreted bytes (XDR opaque<>).
struct Bytes {
  const u8* data;
  u32 size;

  std::string_view view() const { return {reinterpret_cast<const char*>(data), size}; }
  std::string str() const { return std::string(view()); }
  const u8* begin() const { return data; }
  const u8* end() const { return data + size; }
  bool empty() const { return size == 0; }

  static Bytes of(std::string_view s) {
    return {reinterpret_cast<const u8*>(s.data()), static_cast<u32>(s.size())};
  }
};
inline bool operator==(Bytes a, Bytes b) {
  return a.size == b.size && (a.size == 0 || std::memcmp(a.data, b.data, a.size) == 0);
}

// Bytes that are meant to be read as text (XDR string<>); not necessarily valid UTF-8.
struct Text {
  const u8* data;
  u32 size;

  std::string_view view() const { return {reinterpret_cast<const char*>(data), size}; }
  std::string str() const { return std::string(view()); }
  bool empty() const { return size == 0; }

  static Text of(std::string_view s) {
    return {reinterpret_cast<const u8*>(s.data()), static_cast<u32>(s.size())};
  }
};
inline bool operator==(Text a, Text b) { return a.view() == b.view(); }

// A counted array (XDR T<>), elements in the arena.
template <class T>
struct Array {
  const T* data;
  u32 size;

  const T* begin() const { return data; }
  const T* end() const { return data + size; }
  const T& operator[](u32 i) const { return data[i]; }
  bool empty() const { return size == 0; }
};

// One contiguous piece of a payload.
struct IoPiece {
  const u8* data;
  u32 size;
};

// File data inside a message, never copied by the codecs: on decode one piece in the receive block, on encode
// the pieces a store handed out. Whoever fills it keeps the memory alive until the message is written
// (Call::keep).
struct Payload {
  const IoPiece* pieces;
  u32 count;  // number of pieces
  u32 size;   // total bytes
};
bool operator==(const Payload& a, const Payload& b);

}  // namespace dfs
