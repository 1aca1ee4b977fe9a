#include "protocols/nfs4/state/delegated_times.h"

#include <algorithm>

namespace dfs::nfs4 {

std::optional<WallTime> vetted(WallTime said, WallTime original, WallTime now) {
  if (said <= original) return {};
  return std::min(said, now);
}

}  // namespace dfs::nfs4
