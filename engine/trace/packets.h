#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ip.h"

namespace dfs {

// IP packets around bytes that a socket gave or took: the system keeps the real ones to itself. Addresses,
// ports and bytes are what they were; where segments begin and what they acknowledge is made up, and
// consistent.

// RFC 768 in RFC 791 or RFC 8200. `data` fits in a datagram.
std::string udp_packet(const Endpoint& from, const Endpoint& to, std::string_view data);

// One TCP connection (RFC 9293), seen from the beginning or from the middle on.
class TcpFlow {
 public:
  TcpFlow(const Endpoint& client, const Endpoint& server) : ends_{{client}, {server}} {}

  enum Side : u8 { client = 0, server = 1 };
  // The three segments that open it.
  std::vector<std::string> open();
  std::vector<std::string> data(Side from, std::string_view bytes);
  // Nothing when it was said before.
  std::string fin(Side from);
  std::string reset(Side from);
  // So many bytes are not shown.
  void skip(Side from, u64 bytes) { ends_[from].next += static_cast<u32>(bytes); }

 private:
  struct End {
    Endpoint at;
    u32 next = 0;  // sequence number of its next byte
    bool finished = false;
  };
  std::string segment(Side from, u8 flags, std::string_view data, std::string_view options = {});
  End ends_[2];
};

}  // namespace dfs
