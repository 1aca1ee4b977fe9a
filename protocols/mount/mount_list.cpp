#include "protocols/mount/program.h"

namespace dfs::mount {

void MountList::add(Entry e) {
  std::lock_guard lock(mutex_);
  if (entries_.size() < kMax) entries_.insert(std::move(e));
}

void MountList::remove(const Entry& e) {
  std::lock_guard lock(mutex_);
  entries_.erase(e);
}

void MountList::remove_host(const std::string& host) {
  std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const Entry& e) { return e.host == host; });
}

std::vector<MountList::Entry> MountList::entries() const {
  std::lock_guard lock(mutex_);
  return {entries_.begin(), entries_.end()};
}

}  // namespace dfs::mount
