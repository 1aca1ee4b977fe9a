#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {
Async<CREATE4res> create(Compound&, const CREATE4args&) { return with_status<CREATE4res>(NFS4ERR_NOTSUPP); }
Async<LINK4res> link(Compound&, const LINK4args&) { return with_status<LINK4res>(NFS4ERR_NOTSUPP); }
Async<NVERIFY4res> nverify(Compound&, const NVERIFY4args&) {
  return with_status<NVERIFY4res>(NFS4ERR_NOTSUPP);
}
Async<OPENATTR4res> openattr(Compound&, const OPENATTR4args&) {
  return with_status<OPENATTR4res>(NFS4ERR_NOTSUPP);
}
Async<READDIR4res> readdir(Compound&, const READDIR4args&) {
  return with_status<READDIR4res>(NFS4ERR_NOTSUPP);
}
Async<READLINK4res> readlink(Compound&, const rpc::Void&) {
  return with_status<READLINK4res>(NFS4ERR_NOTSUPP);
}
Async<REMOVE4res> remove(Compound&, const REMOVE4args&) { return with_status<REMOVE4res>(NFS4ERR_NOTSUPP); }
Async<RENAME4res> rename(Compound&, const RENAME4args&) { return with_status<RENAME4res>(NFS4ERR_NOTSUPP); }
Async<SECINFO4res> secinfo(Compound&, const SECINFO4args&) {
  return with_status<SECINFO4res>(NFS4ERR_NOTSUPP);
}
Async<SETATTR4res> setattr(Compound&, const SETATTR4args&) {
  return with_status<SETATTR4res>(NFS4ERR_NOTSUPP);
}
Async<VERIFY4res> verify(Compound&, const VERIFY4args&) { return with_status<VERIFY4res>(NFS4ERR_NOTSUPP); }
Async<GET_DIR_DELEGATION4res> get_dir_delegation(Compound&, const GET_DIR_DELEGATION4args&) {
  return with_status<GET_DIR_DELEGATION4res>(NFS4ERR_NOTSUPP);
}
Async<GETDEVICEINFO4res> getdeviceinfo(Compound&, const GETDEVICEINFO4args&) {
  return with_status<GETDEVICEINFO4res>(NFS4ERR_NOTSUPP);
}
Async<GETDEVICELIST4res> getdevicelist(Compound&, const GETDEVICELIST4args&) {
  return with_status<GETDEVICELIST4res>(NFS4ERR_NOTSUPP);
}
Async<LAYOUTCOMMIT4res> layoutcommit(Compound&, const LAYOUTCOMMIT4args&) {
  return with_status<LAYOUTCOMMIT4res>(NFS4ERR_NOTSUPP);
}
Async<LAYOUTGET4res> layoutget(Compound&, const LAYOUTGET4args&) {
  return with_status<LAYOUTGET4res>(NFS4ERR_NOTSUPP);
}
Async<LAYOUTRETURN4res> layoutreturn(Compound&, const LAYOUTRETURN4args&) {
  return with_status<LAYOUTRETURN4res>(NFS4ERR_NOTSUPP);
}
Async<SECINFO_NO_NAME4res> secinfo_no_name(Compound&, const SECINFO_NO_NAME4args&) {
  return with_status<SECINFO_NO_NAME4res>(NFS4ERR_NOTSUPP);
}
Async<SET_SSV4res> set_ssv(Compound&, const SET_SSV4args&) {
  return with_status<SET_SSV4res>(NFS4ERR_NOTSUPP);
}
Async<WANT_DELEGATION4res> want_delegation(Compound&, const WANT_DELEGATION4args&) {
  return with_status<WANT_DELEGATION4res>(NFS4ERR_NOTSUPP);
}
Async<ALLOCATE4res> allocate(Compound&, const ALLOCATE4args&) {
  return with_status<ALLOCATE4res>(NFS4ERR_NOTSUPP);
}
Async<COPY4res> copy(Compound&, const COPY4args&) { return with_status<COPY4res>(NFS4ERR_NOTSUPP); }
Async<COPY_NOTIFY4res> copy_notify(Compound&, const COPY_NOTIFY4args&) {
  return with_status<COPY_NOTIFY4res>(NFS4ERR_NOTSUPP);
}
Async<DEALLOCATE4res> deallocate(Compound&, const DEALLOCATE4args&) {
  return with_status<DEALLOCATE4res>(NFS4ERR_NOTSUPP);
}
Async<IO_ADVISE4res> io_advise(Compound&, const IO_ADVISE4args&) {
  return with_status<IO_ADVISE4res>(NFS4ERR_NOTSUPP);
}
Async<LAYOUTERROR4res> layouterror(Compound&, const LAYOUTERROR4args&) {
  return with_status<LAYOUTERROR4res>(NFS4ERR_NOTSUPP);
}
Async<LAYOUTSTATS4res> layoutstats(Compound&, const LAYOUTSTATS4args&) {
  return with_status<LAYOUTSTATS4res>(NFS4ERR_NOTSUPP);
}
Async<OFFLOAD_CANCEL4res> offload_cancel(Compound&, const OFFLOAD_CANCEL4args&) {
  return with_status<OFFLOAD_CANCEL4res>(NFS4ERR_NOTSUPP);
}
Async<OFFLOAD_STATUS4res> offload_status(Compound&, const OFFLOAD_STATUS4args&) {
  return with_status<OFFLOAD_STATUS4res>(NFS4ERR_NOTSUPP);
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
