#pragma once

#include <array>

#include "protocols/mount/mount.h"
#include "protocols/nfs3/nfs3.h"
#include "protocols/portmap/portmap.h"
#include "protocols/portmap/rpcbind.h"
#include "protocols/rpc/rpc.h"

namespace dfs::fuzz {

// Every description there is.
inline constexpr std::array<const wire::Schema*, 5> kSchemas = {
    &rpc::schema, &portmap::schema, &rpcbind::schema, &mount::schema, &nfs3::schema};

}  // namespace dfs::fuzz
