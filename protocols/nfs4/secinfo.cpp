#include "protocols/nfs4/secinfo.h"

namespace dfs::nfs4 {

SECINFO4res serve_secinfo(Compound& c) {
  constexpr rpc::Flavor kFlavors[] = {rpc::Flavor::sys, rpc::Flavor::none};  // in the order of our preference
  auto* flavors = c.call.arena.make<secinfo4>(std::size(kFlavors));
  for (size_t i = 0; i < std::size(kFlavors); ++i) flavors[i].flavor = static_cast<u32>(kFlavors[i]);
  if (c.minor > 0) c.current = {};
  SECINFO4res res{};
  res.resok4 = {flavors, std::size(kFlavors)};
  return res;
}

}  // namespace dfs::nfs4
