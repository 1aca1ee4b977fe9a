#pragma once

#include "protocols/nfs4/compound.h"

namespace dfs::nfs4 {

// Asks back the delegations that the operation about to be carried out conflicts with, whatever operation
// that is, and waits a little for them. NFS4_OK, or DELAY. Only called while there are delegations.
//
// An operation that judges claims itself (opens, locks, input and output) does so afterwards all the same,
// with the file's table locked: what was granted in between is found there.
Async<nfsstat4> clear_way(Compound& c, const void* args);

// Carries out the operation of c.row, after that.
Async<const void*> serve_operation(Compound& c, const void* args);

}  // namespace dfs::nfs4
