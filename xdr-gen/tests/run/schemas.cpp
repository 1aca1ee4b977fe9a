#include "xdr-gen/tests/run/schemas.h"

#include "protocols/mount/mount.h"
#include "protocols/nfs3/nfs3.h"
#include "protocols/nfs4/nfs4.h"
#include "protocols/nfs4/nfs4_cb.h"
#include "protocols/portmap/portmap.h"
#include "protocols/portmap/rpcbind.h"
#include "protocols/rpc/rpc.h"
#include "xdr-gen/tests/run/rfc4506.h"
#include "xdr-gen/tests/run/torture.h"

std::vector<const dfs::wire::Schema*> all_schemas() {
  return {&dfs::rpc::schema,   &dfs::portmap::schema, &dfs::rpcbind::schema,
          &dfs::mount::schema, &dfs::nfs3::schema,    &dfs::test::rfc4506::schema,
          &dfs::nfs4::schema,  &dfs::nfs4_cb::schema, &dfs::test::torture::schema};
}
