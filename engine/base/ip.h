#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"

namespace dfs {

// An IPv4 or IPv6 address without a port; IPv4 is kept in its IPv6-mapped form so that one client has one
// key.
struct IpAddress {
  std::array<u8, 16> bytes{};

  static IpAddress of(const sockaddr* address);
  static std::optional<IpAddress> parse(std::string_view text);
  bool is_v4() const;
  bool loopback() const;
  std::string str() const;
  auto operator<=>(const IpAddress&) const = default;
};

// An address and how many leading bits count: "192.0.2.0/24", "::1", "*".
struct IpNetwork {
  IpAddress address;
  int bits = 0;  // of 128

  static std::optional<IpNetwork> parse(std::string_view text);
  bool contains(const IpAddress& a) const;
  std::string str() const;
};

struct Endpoint {
  IpAddress ip;
  u16 port = 0;
  static Endpoint of(const sockaddr* address);
  std::string str() const;  // "127.0.0.1:2049", "[::1]:2049"
};

// Fills out for bind or connect; returns its length. IPv4 addresses become sockaddr_in.
socklen_t to_sockaddr(const Endpoint& e, sockaddr_storage& out);

}  // namespace dfs
