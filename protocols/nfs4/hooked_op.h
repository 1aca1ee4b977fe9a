#pragma once

#include "protocols/nfs4/compound.h"
#include "protocols/rpc/hooks.h"

namespace dfs::nfs4 {

// That of an operation, whatever its minor version.
inline rpc::HandlerKey key_of(const OpRow& row) {
  return {NFS4_PROGRAM, NFS_V4, NFSPROC4_COMPOUND, static_cast<u32>(row.number)};
}

// Has the operation of c.row answered by whoever stands in front of its handler.
Task<const void*> ask_instead(rpc::Hook& hook, Compound& c, const void* args);

}  // namespace dfs::nfs4
