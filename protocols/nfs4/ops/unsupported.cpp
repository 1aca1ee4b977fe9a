#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {
Async<ALLOCATE4res> allocate(Compound&, const ALLOCATE4args&) {
  return with_status<ALLOCATE4res>(NFS4ERR_NOTSUPP);
}
Async<COPY4res> copy(Compound&, const COPY4args&) { return with_status<COPY4res>(NFS4ERR_NOTSUPP); }
Async<DEALLOCATE4res> deallocate(Compound&, const DEALLOCATE4args&) {
  return with_status<DEALLOCATE4res>(NFS4ERR_NOTSUPP);
}
Async<IO_ADVISE4res> io_advise(Compound&, const IO_ADVISE4args&) {
  return with_status<IO_ADVISE4res>(NFS4ERR_NOTSUPP);
}
Async<READ_PLUS4res> read_plus(Compound&, const READ_PLUS4args&) {
  return with_status<READ_PLUS4res>(NFS4ERR_NOTSUPP);
}
Async<SEEK4res> seek(Compound&, const SEEK4args&) { return with_status<SEEK4res>(NFS4ERR_NOTSUPP); }
Async<WRITE_SAME4res> write_same(Compound&, const WRITE_SAME4args&) {
  return with_status<WRITE_SAME4res>(NFS4ERR_NOTSUPP);
}
Async<CLONE4res> clone(Compound&, const CLONE4args&) { return with_status<CLONE4res>(NFS4ERR_NOTSUPP); }
Async<GETXATTR4res> getxattr(Compound&, const GETXATTR4args&) {
  return with_status<GETXATTR4res>(NFS4ERR_NOTSUPP);
}
Async<SETXATTR4res> setxattr(Compound&, const SETXATTR4args&) {
  return with_status<SETXATTR4res>(NFS4ERR_NOTSUPP);
}
Async<LISTXATTRS4res> listxattrs(Compound&, const LISTXATTRS4args&) {
  return with_status<LISTXATTRS4res>(NFS4ERR_NOTSUPP);
}
Async<REMOVEXATTR4res> removexattr(Compound&, const REMOVEXATTR4args&) {
  return with_status<REMOVEXATTR4res>(NFS4ERR_NOTSUPP);
}
}  // namespace dfs::nfs4::ops
