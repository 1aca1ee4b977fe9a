#pragma once

#include <uv.h>

#include "engine/base/slice.h"

namespace dfs::net {

// Bytes waiting to leave a connection, in order. Neighbouring slices of one block become one iovec.
class WriteQueue {
 public:
  void append(SliceList& list);
  size_t bytes() const { return bytes_; }
  bool empty() const { return bytes_ == 0; }

  // Up to max iovecs over the front, at most `limit` bytes.
  size_t gather(uv_buf_t* out, size_t max, size_t limit) const;
  // A copy of the first n bytes.
  std::string front(size_t n) const;
  // n bytes have left.
  void consume(size_t n);
  void clear();

 private:
  std::vector<Slice> slices_;
  size_t front_ = 0;  // index of the first slice not yet sent
  size_t bytes_ = 0;
};

}  // namespace dfs::net
