#include "protocols/rpc/record_framing.h"

namespace dfs::rpc {

net::Framing::Parse RecordMarking::parse(const u8* p, size_t n, net::FragmentHeader& out) const {
  if (n < 4) return Parse::more;
  const u32 mark =
      static_cast<u32>(p[0]) << 24 | static_cast<u32>(p[1]) << 16 | static_cast<u32>(p[2]) << 8 | p[3];
  out = {4, mark & ~kLastFragment, (mark & kLastFragment) != 0};
  return Parse::ok;
}

}  // namespace dfs::rpc
