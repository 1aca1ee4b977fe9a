#include "engine/base/ip.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

namespace dfs {
namespace {
constexpr u8 kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
}

IpAddress IpAddress::of(const sockaddr* address) {
  IpAddress a;
  if (address->sa_family == AF_INET6) {
    std::memcpy(a.bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, 16);
  } else if (address->sa_family == AF_INET) {
    std::memcpy(a.bytes.data(), kMapped, 12);
    std::memcpy(a.bytes.data() + 12, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, 4);
  }
  return a;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  std::string s(text);
  IpAddress a;
  if (inet_pton(AF_INET6, s.c_str(), a.bytes.data()) == 1) return a;
  if (inet_pton(AF_INET, s.c_str(), a.bytes.data() + 12) != 1) return {};
  std::memcpy(a.bytes.data(), kMapped, 12);
  return a;
}

bool IpAddress::is_v4() const { return std::memcmp(bytes.data(), kMapped, 12) == 0; }

bool IpAddress::loopback() const {
  if (is_v4()) return bytes[12] == 127;
  return std::memcmp(bytes.data(), &in6addr_loopback, 16) == 0;
}

std::string IpAddress::str() const {
  char out[INET6_ADDRSTRLEN];
  if (is_v4()) return inet_ntop(AF_INET, bytes.data() + 12, out, sizeof out);
  return inet_ntop(AF_INET6, bytes.data(), out, sizeof out);
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  if (text == "*") return IpNetwork{};
  const size_t slash = text.find('/');
  auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return {};
  IpNetwork n{*address, 128};
  if (slash == std::string_view::npos) return n;
  const int width = address->is_v4() ? 32 : 128;
  const std::string_view digits = text.substr(slash + 1);
  int bits = -1;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size() || bits < 0 || bits > width) return {};
  n.bits = 128 - width + bits;
  return n;
}

bool IpNetwork::contains(const IpAddress& a) const {
  const int whole = bits / 8, rest = bits % 8;
  if (std::memcmp(a.bytes.data(), address.bytes.data(), whole) != 0) return false;
  if (rest == 0) return true;
  const u8 mask = static_cast<u8>(0xff << (8 - rest));
  return (a.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

std::string IpNetwork::str() const {
  if (bits == 0) return "*";
  const int width = address.is_v4() ? 32 : 128;
  const int shown = bits - (128 - width);
  return shown == width ? address.str() : fmt::format("{}/{}", address.str(), shown);
}

Endpoint Endpoint::of(const sockaddr* address) {
  Endpoint e{IpAddress::of(address), 0};
  // sin_port and sin6_port share their place.
  e.port = ntohs(reinterpret_cast<const sockaddr_in*>(address)->sin_port);
  return e;
}

std::string Endpoint::str() const {
  return ip.is_v4() ? fmt::format("{}:{}", ip.str(), port) : fmt::format("[{}]:{}", ip.str(), port);
}

socklen_t to_sockaddr(const Endpoint& e, sockaddr_storage& out) {
  std::memset(&out, 0, sizeof out);
  if (e.ip.is_v4()) {
    auto& a = reinterpret_cast<sockaddr_in&>(out);
    a.sin_family = AF_INET;
    a.sin_port = htons(e.port);
    std::memcpy(&a.sin_addr, e.ip.bytes.data() + 12, 4);
    return sizeof a;
  }
  auto& a = reinterpret_cast<sockaddr_in6&>(out);
  a.sin6_family = AF_INET6;
  a.sin6_port = htons(e.port);
  std::memcpy(&a.sin6_addr, e.ip.bytes.data(), 16);
  return sizeof a;
}

}  // namespace dfs
