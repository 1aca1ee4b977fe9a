#pragma once

#include <optional>

#include "protocols/nfs4/callback/callbacks.h"
#include "protocols/nfs4/state/delegation.h"

namespace dfs::nfs4 {

// What the holder of a write delegation says of the file.
struct HolderAttributes {
  u64 change = 0, size = 0;
  // Where the delegation was given with them (RFC 9754 section 5).
  std::optional<WallTime> accessed, modified;
};

// CB_GETATTR (RFC 7530 15.2.1, RFC 8881 20.1) for the two attributes that it is for. Nothing: the client did
// not answer, or with something else.
Task<std::optional<HolderAttributes>> ask_attributes(Callbacks& callbacks, Ref<Delegation> d);

}  // namespace dfs::nfs4
