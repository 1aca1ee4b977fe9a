#pragma once

#include "protocols/nfs4/callback/callbacks.h"
#include "protocols/nfs4/state/copies.h"

namespace dfs::nfs4 {

// RFC 7862 16.1: the copy has ended; whatever the client answers, its stateid is gone then.
CbOps cb_offload(const CopyJob& job, State& state);

}  // namespace dfs::nfs4
