#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.29, RFC 8881 18.27: the stateid comes back with its filehandle (16.2.3.1.2).
Async<RESTOREFH4res> restorefh(Compound& c, const rpc::Void&) {
  // 4.0 has an error of its own for this (RFC 7530 13.1.4.12); 4.1 lists NOFILEHANDLE.
  if (!c.saved.place) return RESTOREFH4res{c.minor == 0 ? NFS4ERR_RESTOREFH : NFS4ERR_NOFILEHANDLE};
  c.current = c.saved;
  return RESTOREFH4res{NFS4_OK};
}

}  // namespace dfs::nfs4::ops
