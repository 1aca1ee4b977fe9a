#pragma once

#include <array>

#include "protocols/mount/mount.h"
#include "protocols/nfs3/nfs3.h"
#include "protocols/nfs4/nfs4.h"
#include "protocols/nfs4/nfs4_cb.h"
#include "protocols/portmap/portmap.h"
#include "protocols/portmap/rpcbind.h"
#include "protocols/rpc/rpc.h"

namespace dfs::fuzz {

// Every description there is.
inline constexpr std::array<const wire::Schema*, 7> kSchemas = {
    &rpc::schema,  &portmap::schema, &rpcbind::schema, &mount::schema,
    &nfs3::schema, &nfs4::schema,    &nfs4_cb::schema};

}  // namespace dfs::fuzz
