#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/pseudo.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.22, RFC 8881 18.21
Async<PUTROOTFH4res> putrootfh(Compound& c, const rpc::Void&) {
  c.enter(enter_pseudo(c, Pseudo::kRoot));
  return PUTROOTFH4res{NFS4_OK};
}

}  // namespace dfs::nfs4::ops
