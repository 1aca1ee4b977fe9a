#pragma once

#include <catch2/catch.hpp>

#include "xdr-gen/tests/run/helpers.h"

namespace dfs::test {

// Bytes that somebody wrote down: both ways, by both codecs, and every truncation is refused. The value lives
// as long as the arena.
template <class T>
T check_vector(const wire::TypeDesc& type, const std::string& bytes, Arena& arena) {
  T v{};
  CHECK(decode_all(arena.copy(Bytes::of(bytes)).view(), v, arena).kind == wire::DecodeErrorKind::none);
  CHECK(hex(encoded(v)) == hex(bytes));
  CHECK(encoded_size(v) == bytes.size());
  CHECK(verdict(type, bytes) == "none");
  for (size_t n = 0; n < bytes.size(); ++n) {
    const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    INFO("cut to " << n << " bytes");
    CHECK(verdict(type, {cut.data(), n}) == "truncated");
  }
  CHECK(verdict(type, bytes + std::string(4, '\0')) == "trailing");
  return v;
}

}  // namespace dfs::test
