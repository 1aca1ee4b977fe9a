#include "engine/base/random.h"

#include <sys/random.h>

#include <algorithm>

#include "engine/base/check.h"

namespace dfs {

void Random::fill(void* out, size_t n) {
  auto* p = static_cast<u8*>(out);
  while (n > 0) {
    u64 v = next();
    size_t k = std::min<size_t>(n, 8);
    std::memcpy(p, &v, k);
    p += k;
    n -= k;
  }
}

void secure_random_bytes(void* out, size_t n) {
  auto* p = static_cast<u8*>(out);
  while (n > 0) {
    ssize_t k = getrandom(p, n, 0);
    DFS_CHECK(k > 0);
    p += k;
    n -= static_cast<size_t>(k);
  }
}

}  // namespace dfs
