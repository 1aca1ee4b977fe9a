#pragma once

#include <string>
#include <string_view>

#include "engine/wire/cross_check.h"
#include "engine/wire/table_codec.h"

// Bytes and values, for tests.
namespace dfs::test {

// "00 00 00 09  73 69" -> bytes; anything but hex digits separates.
std::string unhex(std::string_view text);
std::string hex(std::string_view bytes);

template <class T>
std::string encoded(const T& v) {
  return wire::encode_to_string([&](wire::Writer& w) { encode(w, v); });
}

// The value of a whole message, or why it is none. `T` is zeroed first.
template <class T>
wire::DecodeError decode_all(std::string_view message, T& v, Arena& arena, bool strict_padding = true) {
  wire::Reader r(reinterpret_cast<const u8*>(message.data()), message.size(), arena);
  r.strict_padding = strict_padding;
  v = T{};
  const bool ok = decode(r, v) && r.finish();
  if (ok) return {};
  return r.error();
}

// Why both codecs refuse `message`; "none" when they take it; another text when they disagree.
std::string verdict(const wire::TypeDesc& type, std::string_view message, bool strict_padding = true);

}  // namespace dfs::test
