#include "protocols/nfs4/state/lease_queue.h"

#include <algorithm>

namespace dfs::nfs4 {

bool LeaseQueue::add(Nanos due, u32 client) {
  std::lock_guard lock(mutex_);
  const bool first = heap_.empty() || due < heap_.front().due;
  heap_.push_back({due, client});
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  return first;
}

std::vector<u32> LeaseQueue::take_due(Nanos now) {
  std::vector<u32> out;
  std::lock_guard lock(mutex_);
  while (!heap_.empty() && heap_.front().due <= now) {
    out.push_back(heap_.front().client);
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    heap_.pop_back();
  }
  return out;
}

Nanos LeaseQueue::next() const {
  std::lock_guard lock(mutex_);
  return heap_.empty() ? LLONG_MAX : heap_.front().due;
}

size_t LeaseQueue::size() const {
  std::lock_guard lock(mutex_);
  return heap_.size();
}

}  // namespace dfs::nfs4
