#include "engine/net/write_queue.h"

#include <algorithm>

namespace dfs::net {

void WriteQueue::append(SliceList& list) {
  for (Slice& s : list) {
    if (s.size() == 0) continue;
    bytes_ += s.size();
    if (front_ < slices_.size()) {
      Slice& last = slices_.back();
      if (last.block().get() == s.block().get() && last.data() + last.size() == s.data()) {
        last.extend(s.size());
        continue;
      }
    }
    slices_.push_back(std::move(s));
  }
  list.clear();
}

size_t WriteQueue::gather(uv_buf_t* out, size_t max, size_t limit) const {
  size_t n = 0;
  for (size_t i = front_; i < slices_.size() && n < max && limit > 0; ++i) {
    const size_t k = std::min<size_t>(slices_[i].size(), limit);
    out[n++] = uv_buf_init(const_cast<char*>(reinterpret_cast<const char*>(slices_[i].data())),
                           static_cast<unsigned>(k));
    limit -= k;
  }
  return n;
}

std::string WriteQueue::front(size_t n) const {
  std::string out;
  out.reserve(n);
  for (size_t i = front_; i < slices_.size() && out.size() < n; ++i)
    out.append(reinterpret_cast<const char*>(slices_[i].data()),
               std::min<size_t>(slices_[i].size(), n - out.size()));
  return out;
}

void WriteQueue::consume(size_t n) {
  bytes_ -= n;
  while (n > 0) {
    Slice& s = slices_[front_];
    if (n < s.size()) {
      s.drop_front(static_cast<u32>(n));
      return;
    }
    n -= s.size();
    s = Slice();
    ++front_;
  }
  if (front_ == slices_.size()) {
    slices_.clear();
    front_ = 0;
  } else if (front_ > 256) {
    slices_.erase(slices_.begin(), slices_.begin() + static_cast<ptrdiff_t>(front_));
    front_ = 0;
  }
}

void WriteQueue::clear() {
  slices_.clear();
  front_ = bytes_ = 0;
}

}  // namespace dfs::net
