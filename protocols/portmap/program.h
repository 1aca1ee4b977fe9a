#pragma once

#include "engine/base/clock.h"
#include "protocols/portmap/portmap.h"
#include "protocols/portmap/registry.h"
#include "protocols/portmap/rpcbind.h"
#include "protocols/rpc/program.h"

namespace dfs::portmap {

// Calls answered, for rpcbind version 4's GETSTAT: one row a version of the protocol.
struct Statistics {
  std::atomic<u32> calls[3][13] = {};
  std::atomic<u32> sets[3] = {}, unsets[3] = {};
};

// What portmap and rpcbind need of the server; outlives every call.
struct Portmap {
  const Clock& clock;
  Registry registry;
  Statistics statistics;

  // Where the caller of this call reaches a service.
  Endpoint reachable(const Service& s, const rpc::Call& call, std::string_view hint) const;
};

rpc::Program program_v2(Portmap& p);  // RFC 1833 section 3
rpc::Program rpcbind_v3(Portmap& p);  // RFC 1833 section 2
rpc::Program rpcbind_v4(Portmap& p);

}  // namespace dfs::portmap
