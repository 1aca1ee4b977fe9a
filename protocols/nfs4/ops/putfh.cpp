#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.20, RFC 8881 18.19. Whether the object is still there, the next operation finds out.
Async<PUTFH4res> putfh(Compound& c, const PUTFH4args& a) {
  Place place;
  const nfsstat4 status = resolve(c, a.object, &place);
  if (status == NFS4_OK) c.enter(place);
  return PUTFH4res{status};
}

}  // namespace dfs::nfs4::ops
