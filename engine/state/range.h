#pragma once

#include "engine/base/bytes.h"

namespace dfs::state {

// Bytes first to last of a file, both of them: so the last byte there can be, 2^64 - 1, is one like any
// other, and "to the end, however it grows" is a range that ends with it.
struct Range {
  u64 first = 0, last = UINT64_MAX;

  bool overlaps(const Range& o) const { return first <= o.last && o.first <= last; }
  // Overlaps it, or begins right behind it, or ends right before it.
  bool touches(const Range& o) const {
    return overlaps(o) || (last != UINT64_MAX && last + 1 == o.first) ||
           (o.last != UINT64_MAX && o.last + 1 == first);
  }
  bool operator==(const Range&) const = default;

  // `length` bytes from `offset`; length > 0 and within 2^64.
  static Range of(u64 offset, u64 length) { return {offset, offset + (length - 1)}; }
};

}  // namespace dfs::state
