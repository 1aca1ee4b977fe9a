#include "engine/trace/packets.h"

#include <netinet/in.h>

#include <algorithm>

namespace dfs {
namespace {

constexpr size_t kSegment = 60'000;  // an IPv4 packet holds 65,535 bytes with its headers
constexpr u8 kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16;
// Maximum segment size (RFC 9293 3.7.1), and a window scale of 14 (RFC 7323 2.2), so that no window is full.
constexpr std::string_view kSynOptions("\x02\x04\xea\x60\x01\x03\x03\x0e", 8);

void put16(std::string& out, u32 v) {
  out += static_cast<char>(v >> 8);
  out += static_cast<char>(v);
}
void put32(std::string& out, u32 v) {
  put16(out, v >> 16);
  put16(out, v & 0xFFFF);
}
void patch16(std::string& out, size_t at, u16 v) {
  out[at] = static_cast<char>(v >> 8);
  out[at + 1] = static_cast<char>(v);
}

// The internet checksum (RFC 1071), begun with `sum`.
u16 checksum(std::string_view bytes, u32 sum = 0) {
  u64 total = sum;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2)
    total += static_cast<u32>(static_cast<u8>(bytes[i])) << 8 | static_cast<u8>(bytes[i + 1]);
  if (bytes.size() % 2 != 0) total += static_cast<u32>(static_cast<u8>(bytes.back())) << 8;
  while (total >> 16 != 0) total = (total & 0xFFFF) + (total >> 16);
  return static_cast<u16>(~total);
}

bool v4(const Endpoint& a, const Endpoint& b) {
  // The wildcard address of a datagram socket is of no family.
  return a.ip.is_v4() || b.ip.is_v4();
}

void put_address(std::string& out, const IpAddress& ip, bool as_v4) {
  const auto* p = reinterpret_cast<const char*>(ip.bytes.data());
  if (as_v4)
    out.append(p + 12, 4);
  else
    out.append(p, 16);
}

// `upper`: a TCP segment or a datagram whose checksum, at `checksum_at`, is still 0.
std::string ip_packet(const Endpoint& from, const Endpoint& to, u8 protocol, std::string upper,
                      size_t checksum_at) {
  const bool as_v4 = v4(from, to);
  std::string addresses;
  put_address(addresses, from.ip, as_v4);
  put_address(addresses, to.ip, as_v4);
  std::string pseudo = addresses;
  put32(pseudo, static_cast<u32>(upper.size()));
  put32(pseudo, protocol);
  u16 sum = checksum(upper, static_cast<u16>(~checksum(pseudo)));
  if (sum == 0 && protocol == IPPROTO_UDP) sum = 0xFFFF;  // 0 would say that there is none
  patch16(upper, checksum_at, sum);

  std::string out;
  if (as_v4) {
    out += '\x45';
    out += '\0';
    put16(out, static_cast<u32>(20 + upper.size()));
    put32(out, 0x4000);  // identification 0, do not fragment
    out += '\x40';       // 64 hops
    out += static_cast<char>(protocol);
    put16(out, 0);
    out += addresses;
    patch16(out, 10, checksum(out));
  } else {
    put32(out, 0x60000000);
    put16(out, static_cast<u32>(upper.size()));
    out += static_cast<char>(protocol);
    out += '\x40';
    out += addresses;
  }
  return out + upper;
}

}  // namespace

std::string udp_packet(const Endpoint& from, const Endpoint& to, std::string_view data) {
  std::string out;
  put16(out, from.port);
  put16(out, to.port);
  put16(out, static_cast<u32>(8 + data.size()));
  put16(out, 0);
  out += data;
  return ip_packet(from, to, IPPROTO_UDP, std::move(out), 6);
}

std::string TcpFlow::segment(Side from, u8 flags, std::string_view data, std::string_view options) {
  End& mine = ends_[from];
  const End& other = ends_[1 - from];
  const bool acknowledges = (flags & kAck) != 0;
  std::string out;
  put16(out, mine.at.port);
  put16(out, other.at.port);
  put32(out, mine.next);
  put32(out, acknowledges ? other.next : 0);
  out += static_cast<char>((5 + options.size() / 4) << 4);
  out += static_cast<char>(flags);
  put16(out, 0xFFFF);  // window
  put16(out, 0);       // checksum
  put16(out, 0);       // urgent pointer
  out += options;
  out += data;
  mine.next += static_cast<u32>(data.size()) + ((flags & (kSyn | kFin)) != 0 ? 1 : 0);
  return ip_packet(mine.at, other.at, IPPROTO_TCP, std::move(out), 16);
}

std::vector<std::string> TcpFlow::open() {
  std::vector<std::string> out;
  out.push_back(segment(client, kSyn, {}, kSynOptions));
  out.push_back(segment(server, kSyn | kAck, {}, kSynOptions));
  out.push_back(segment(client, kAck, {}));
  return out;
}

std::vector<std::string> TcpFlow::data(Side from, std::string_view bytes) {
  std::vector<std::string> out;
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, kSegment);
    bytes.remove_prefix(part.size());
    out.push_back(segment(from, bytes.empty() ? kAck | kPsh : kAck, part));
  }
  return out;
}

std::string TcpFlow::fin(Side from) {
  if (std::exchange(ends_[from].finished, true)) return {};
  return segment(from, kFin | kAck, {});
}

std::string TcpFlow::reset(Side from) { return segment(from, kRst | kAck, {}); }

}  // namespace dfs
