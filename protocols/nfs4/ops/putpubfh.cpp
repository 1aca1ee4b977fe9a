#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/pseudo.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.21, RFC 8881 18.20. "The public filehandle and the root filehandle ... should be equivalent":
// nothing here is more public than what a client may see anyway.
Async<PUTPUBFH4res> putpubfh(Compound& c, const rpc::Void&) {
  c.enter(enter_pseudo(c, Pseudo::kRoot));
  return PUTPUBFH4res{NFS4_OK};
}

}  // namespace dfs::nfs4::ops
