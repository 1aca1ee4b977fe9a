#pragma once

#include "engine/fs/promises.h"
#include "protocols/nfs4/compound.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {

// Tells the holders of delegations what an operation that succeeded has done at this place:
//
//   tell(c, dir).removed(name, result);
inline fs::Telling tell(const Compound& c, const Place& place) {
  return {&c.server.state->delegations, place.fs(), c.session != nullptr ? c.session->client->number : 0};
}

}  // namespace dfs::nfs4
