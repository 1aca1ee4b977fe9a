#include "engine/base/bytes.h"

#include <algorithm>

namespace dfs {

bool operator==(const Payload& a, const Payload& b) {
  if (a.size != b.size) return false;
  u32 ia = 0, ib = 0, oa = 0, ob = 0;
  while (ia < a.count && ib < b.count) {
    u32 n = std::min(a.pieces[ia].size - oa, b.pieces[ib].size - ob);
    if (n != 0 && std::memcmp(a.pieces[ia].data + oa, b.pieces[ib].data + ob, n) != 0) return false;
    oa += n;
    ob += n;
    if (oa == a.pieces[ia].size) ++ia, oa = 0;
    if (ob == b.pieces[ib].size) ++ib, ob = 0;
  }
  return true;
}

}  // namespace dfs
