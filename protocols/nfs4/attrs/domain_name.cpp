#include "protocols/nfs4/attrs/domain_name.h"

#include <strings.h>

#include <algorithm>

#include "engine/base/bytes.h"
#include "protocols/nfs4/names.h"

namespace dfs::nfs4 {
namespace {

constexpr size_t kLongestLabel = 63, kLongestName = 255;  // RFC 1035 2.3.4
constexpr u32 kLastCodePoint = 0x10FFFF;

bool alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A digit of Punycode, or 36.
u32 digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<u32>(c - '0') + 26;
  if (c >= 'a' && c <= 'z') return static_cast<u32>(c - 'a');
  return c >= 'A' && c <= 'Z' ? static_cast<u32>(c - 'A') : 36;
}

// RFC 3492 6.2: the decoder, without what it decodes.
bool is_punycode(std::string_view text) {
  constexpr u64 kBase = 36, kLeast = 1, kMost = 26, kSkew = 38, kDamp = 700, kFirstBias = 72;
  const size_t hyphen = text.rfind('-');
  u64 count = hyphen == text.npos ? 0 : hyphen;
  if (hyphen != text.npos) text.remove_prefix(hyphen + 1);
  u64 n = 0x80, i = 0, bias = kFirstBias;
  while (!text.empty()) {
    const u64 before = i;
    for (u64 weight = 1, k = kBase;; k += kBase) {
      if (text.empty()) return false;
      const u64 d = digit(text.front());
      text.remove_prefix(1);
      if (d == kBase) return false;
      i += d * weight;
      const u64 t = k <= bias ? kLeast : std::min(kMost, k - bias);
      if (d < t) break;
      weight *= kBase - t;
      if (weight > UINT32_MAX || i > UINT32_MAX) return false;
    }
    ++count;
    u64 delta = before == 0 ? (i - before) / kDamp : (i - before) / 2;
    delta += delta / count;
    u64 k = 0;
    for (; delta > (kBase - kLeast) * kMost / 2; k += kBase) delta /= kBase - kLeast;
    bias = k + (kBase - kLeast + 1) * delta / (delta + kSkew);
    n += i / count;
    i = i % count + 1;
    if (n > kLastCodePoint) return false;
  }
  return true;
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kLongestLabel || label.front() == '-' || label.back() == '-')
    return false;
  if (!std::all_of(label.begin(), label.end(),
                   [](char c) { return alphanumeric(c) || c == '-' || static_cast<u8>(c) >= 0x80; }))
    return false;
  constexpr std::string_view kPrefix = "xn--";
  const bool encoded =
      label.size() > kPrefix.size() && strncasecmp(label.data(), kPrefix.data(), kPrefix.size()) == 0;
  return !encoded || is_punycode(label.substr(kPrefix.size()));
}

}  // namespace

bool is_domain_name(std::string_view text) {
  if (text.size() > kLongestName || !is_utf8(text)) return false;
  for (;;) {
    const size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == text.npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace dfs::nfs4
