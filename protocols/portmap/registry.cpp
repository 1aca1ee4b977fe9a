#include "protocols/portmap/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace dfs::portmap {

bool known_netid(std::string_view n) { return n == "tcp" || n == "udp" || n == "tcp6" || n == "udp6"; }

bool Registry::set(Service s) {
  std::lock_guard lock(mutex_);
  if (services_.size() >= kMax) return false;
  for (const Service& t : services_)
    if (t.program == s.program && t.version == s.version && t.netid == s.netid) return false;
  services_.push_back(std::move(s));
  return true;
}

bool Registry::unset(u32 program, u32 version, std::string_view netid, std::string_view owner) {
  std::lock_guard lock(mutex_);
  return std::erase_if(services_, [&](const Service& s) {
           return s.program == program && s.version == version && (netid.empty() || s.netid == netid) &&
                  (owner.empty() ? s.owner != kServer : s.owner == owner);
         }) != 0;
}

std::optional<Service> Registry::find(u32 program, u32 version, std::string_view netid) const {
  std::lock_guard lock(mutex_);
  for (const Service& s : services_)
    if (s.program == program && s.version == version && s.netid == netid) return s;
  return {};
}

std::optional<Service> Registry::find_any_version(u32 program, u32 version, std::string_view netid) const {
  if (auto exact = find(program, version, netid)) return exact;
  std::lock_guard lock(mutex_);
  for (const Service& s : services_)
    if (s.program == program && s.netid == netid) return s;
  return {};
}

std::vector<Service> Registry::all() const {
  std::lock_guard lock(mutex_);
  return services_;
}

std::string to_uaddr(const Endpoint& e) {
  return fmt::format("{}.{}.{}", e.ip.str(), e.port >> 8, e.port & 0xff);
}

std::optional<Endpoint> from_uaddr(std::string_view text) {
  u32 parts[2];
  for (int i = 1; i >= 0; --i) {
    const size_t dot = text.rfind('.');
    if (dot == std::string_view::npos) return {};
    const std::string_view digits = text.substr(dot + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parts[i]);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || parts[i] > 255)
      return {};
    text = text.substr(0, dot);
  }
  auto ip = IpAddress::parse(text);
  if (!ip) return {};
  return Endpoint{*ip, static_cast<u16>(parts[0] << 8 | parts[1])};
}

}  // namespace dfs::portmap
