#include "protocols/nfs4/callback/address.h"

#include <charconv>

namespace dfs::nfs4 {
namespace {

// Takes ".nnn", a byte in decimal, from the end.
std::optional<u32> take_byte(std::string_view& text) {
  const size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view digits = text.substr(dot + 1);
  u32 n = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.size() > 3 || n > 255) return {};
  text = text.substr(0, dot);
  return n;
}

}  // namespace

std::optional<Endpoint> endpoint_of(std::string_view netid, std::string_view address) {
  if (netid != "tcp" && netid != "tcp6") return {};
  const auto low = take_byte(address), high = low ? take_byte(address) : std::nullopt;
  if (!high) return {};
  const auto ip = IpAddress::parse(address);
  if (!ip || ip->is_v4() != (netid == "tcp")) return {};
  const auto port = static_cast<u16>(*high << 8 | *low);
  if (port == 0 || *ip == IpAddress{} || *ip == *IpAddress::parse("0.0.0.0")) return {};
  return Endpoint{*ip, port};
}

}  // namespace dfs::nfs4
