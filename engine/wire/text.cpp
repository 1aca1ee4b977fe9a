#include "engine/wire/text.h"

#include <fmt/format.h>

namespace dfs::wire {

// RFC 3629 section 4.
size_t utf8_length(std::string_view s) {
  if (s.empty()) return 0;
  const auto byte = [&](size_t i) { return i < s.size() ? static_cast<u8>(s[i]) : u8{0}; };
  const auto tail = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const u8 a = byte(0), b = byte(1);
  if (a < 0x80) return 1;
  if (a >= 0xc2 && a <= 0xdf) return tail(1) ? 2 : 0;
  if (a >= 0xe0 && a <= 0xef) {
    const bool surrogate_or_overlong = (a == 0xe0 && b < 0xa0) || (a == 0xed && b > 0x9f);
    return tail(1) && tail(2) && !surrogate_or_overlong ? 3 : 0;
  }
  if (a >= 0xf0 && a <= 0xf4) {
    const bool out_of_range = (a == 0xf0 && b < 0x90) || (a == 0xf4 && b > 0x8f);
    return tail(1) && tail(2) && tail(3) && !out_of_range ? 4 : 0;
  }
  return 0;
}

std::string quoted(std::string_view s, Quoting quoting) {
  const char* const not_utf8 = quoting == Quoting::json ? "\\udc" : "\\x";
  const char* const control = quoting == Quoting::json ? "\\u00" : "\\x";
  std::string out = "\"";
  while (!s.empty()) {
    const size_t n = utf8_length(s);
    const auto c = static_cast<u8>(s[0]);
    if (n == 0)
      fmt::format_to(std::back_inserter(out), "{}{:02x}", not_utf8, c);
    else if (c < 0x20 || c == 0x7f)
      fmt::format_to(std::back_inserter(out), "{}{:02x}", control, c);
    else if (c == '"' || c == '\\')
      out.append({'\\', s[0]});
    else
      out.append(s.substr(0, n));
    s.remove_prefix(n == 0 ? 1 : n);
  }
  return out + '"';
}

}  // namespace dfs::wire
