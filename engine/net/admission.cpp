#include "engine/net/admission.h"

namespace dfs::net {

Admission::Verdict Admission::admit(const IpAddress& peer) {
  std::lock_guard lock(mutex_);
  if (open_ >= total_) return Verdict::too_many;
  if (per_address_ != 0) {
    u32& mine = by_address_[peer];
    if (mine >= per_address_) return Verdict::too_many_of_address;
    ++mine;
  }
  ++open_;
  return Verdict::admitted;
}

void Admission::release(const IpAddress& peer) {
  std::lock_guard lock(mutex_);
  --open_;
  if (per_address_ == 0) return;
  const auto it = by_address_.find(peer);
  if (--it->second == 0) by_address_.erase(it);
}

size_t Admission::size() const {
  std::lock_guard lock(mutex_);
  return open_;
}

}  // namespace dfs::net
