#pragma once

#include <mutex>
#include <unordered_map>

#include "engine/base/ip.h"

namespace dfs::net {

// Who may have how many connections; one for all ports of a server. Thread-safe.
class Admission {
 public:
  // Connections altogether and of one address (0: no limit of its own).
  Admission(u32 total, u32 per_address) : total_(total), per_address_(per_address) {}

  enum class Verdict : u8 { admitted, too_many, too_many_of_address };
  // Counts a new connection, unless it is one too many.
  Verdict admit(const IpAddress& peer);
  // One that was admitted is gone.
  void release(const IpAddress& peer);
  size_t size() const;

 private:
  struct Hash {
    size_t operator()(const IpAddress& a) const {
      return std::hash<std::string_view>()({reinterpret_cast<const char*>(a.bytes.data()), a.bytes.size()});
    }
  };
  const u32 total_, per_address_;
  mutable std::mutex mutex_;
  u32 open_ = 0;  // changes under mutex_, as by_address_ does
  std::unordered_map<IpAddress, u32, Hash> by_address_;
};

}  // namespace dfs::net
