#include "xdr-gen/tests/run/helpers.h"

#include <fmt/format.h>

namespace dfs::test {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string unhex(std::string_view text) {
  std::string out;
  int high = -1;
  for (char c : text) {
    const int d = digit(c);
    if (d < 0) continue;
    if (high < 0) {
      high = d;
    } else {
      out += static_cast<char>(high * 16 + d);
      high = -1;
    }
  }
  return out;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (char c : bytes) fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<u8>(c));
  return out;
}

std::string verdict(const wire::TypeDesc& type, std::string_view message, bool strict_padding) {
  wire::DecodeErrorKind kinds[2];
  for (int codec = 0; codec < 2; ++codec) {
    Arena arena;
    wire::Reader r(reinterpret_cast<const u8*>(message.data()), message.size(), arena);
    r.strict_padding = strict_padding;
    void* v = arena.alloc(type.size, type.align);
    const bool ok = (codec == 0 ? type.decode(r, v) : wire::table_decode(type, r, v)) && r.finish();
    kinds[codec] = r.error().kind;
    if (ok != (kinds[codec] == wire::DecodeErrorKind::none)) return "refused without an error";
  }
  if (kinds[0] != kinds[1])
    return fmt::format("compiled {}, table {}", wire::name(kinds[0]), wire::name(kinds[1]));
  return wire::name(kinds[0]);
}

}  // namespace dfs::test
