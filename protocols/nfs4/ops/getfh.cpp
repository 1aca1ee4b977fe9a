#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.8, RFC 8881 18.8
Async<GETFH4res> getfh(Compound& c, const rpc::Void&) {
  GETFH4res res{};
  res.resok4.object = handle_of(c, c.current.place);
  return res;
}

}  // namespace dfs::nfs4::ops
