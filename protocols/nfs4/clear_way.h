#pragma once

#include "engine/state/claimed_files.h"
#include "protocols/nfs4/compound.h"

namespace dfs::nfs4 {

// What has been cleared for an operation, and stays so until it has been carried out.
struct ClearedWay {
  nfsstat4 status = NFS4_OK;  // or DELAY
  std::vector<state::HeldWay> held;
};

// Asks back the delegations that the operation about to be carried out conflicts with, whatever operation
// that is, and waits a little for them. Only called while there are delegations.
//
// An operation that judges claims itself (opens, locks, input and output) does so afterwards all the same,
// with the file's table locked: what was granted in between is found there. For the others nothing is granted
// until they are done.
Async<ClearedWay> clear_way(Compound& c, const void* args);

// Carries out the operation of c.row, after that.
Async<const void*> carry_out(Compound& c, const void* args);

// The same, or asks whoever stands in front of its handler.
Async<const void*> serve_operation(Compound& c, const void* args);

}  // namespace dfs::nfs4
