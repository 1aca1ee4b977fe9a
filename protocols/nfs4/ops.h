#pragma once

#include "engine/loop/then.h"
#include "protocols/nfs4/compound.h"
#include "protocols/nfs4/status.h"

namespace dfs::nfs4::ops {

// The handlers, one file each in ops/.
#define NFS4_OP(name, handler, args, res, first, last, flags, largest) \
  Async<res> handler(Compound& c, const args& a);
#include "protocols/nfs4/ops.def"
#undef NFS4_OP

}  // namespace dfs::nfs4::ops
