#include "xdr-gen/tests/run/schemas.h"

#include "protocols/mount/mount.h"
#include "protocols/nfs3/nfs3.h"
#include "protocols/portmap/portmap.h"
#include "protocols/portmap/rpcbind.h"
#include "protocols/rpc/rpc.h"

std::vector<const dfs::wire::Schema*> all_schemas() {
  return {&dfs::rpc::schema, &dfs::portmap::schema, &dfs::rpcbind::schema, &dfs::mount::schema, &dfs::nfs3::schema};
}
