#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/ip.h"

namespace dfs::portmap {

// "tcp", "udp", "tcp6", "udp6" (RFC 1833 2.1, RFC 5665).
bool known_netid(std::string_view netid);

// One registered service.
struct Service {
  u32 program, version;
  std::string netid;
  Endpoint address;  // a wildcard address: wherever the client reached us
  std::string owner;
};

// The table behind portmap and rpcbind. Bounded; thread-safe.
class Registry {
 public:
  // Owner of the services this server itself offers: they stay as long as it serves them.
  static constexpr std::string_view kServer = "superuser";

  // False when program, version and netid are taken (RFC 1833 2.2.1: refuse), or the table is full.
  bool set(Service s);
  // Removes the program's version on one netid, or on all when netid is empty. Only what `owner` registered,
  // unless it is empty. False when nothing was removed.
  bool unset(u32 program, u32 version, std::string_view netid, std::string_view owner);
  std::optional<Service> find(u32 program, u32 version, std::string_view netid) const;
  // The same for any version when that one is not there (RFC 1833 2.2.1, RPCBPROC_GETADDR).
  std::optional<Service> find_any_version(u32 program, u32 version, std::string_view netid) const;
  std::vector<Service> all() const;

 private:
  static constexpr size_t kMax = 1024;
  mutable std::mutex mutex_;
  std::vector<Service> services_;
};

// RFC 5665 5.2.3.3: "127.0.0.1.8.1" is port 2049.
std::string to_uaddr(const Endpoint& e);
std::optional<Endpoint> from_uaddr(std::string_view text);

}  // namespace dfs::portmap
