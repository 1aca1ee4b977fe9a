#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {
Async<CLOSE4res> close(Compound&, const CLOSE4args&) { return with_status<CLOSE4res>(NFS4ERR_NOTSUPP); }
Async<COMMIT4res> commit(Compound&, const COMMIT4args&) { return with_status<COMMIT4res>(NFS4ERR_NOTSUPP); }
Async<DELEGPURGE4res> delegpurge(Compound&, const DELEGPURGE4args&) {
  return with_status<DELEGPURGE4res>(NFS4ERR_NOTSUPP);
}
Async<DELEGRETURN4res> delegreturn(Compound&, const DELEGRETURN4args&) {
  return with_status<DELEGRETURN4res>(NFS4ERR_NOTSUPP);
}
Async<LOCK4res> lock(Compound&, const LOCK4args&) { return with_status<LOCK4res>(NFS4ERR_NOTSUPP); }
Async<LOCKT4res> lockt(Compound&, const LOCKT4args&) { return with_status<LOCKT4res>(NFS4ERR_NOTSUPP); }
Async<LOCKU4res> locku(Compound&, const LOCKU4args&) { return with_status<LOCKU4res>(NFS4ERR_NOTSUPP); }
Async<OPEN4res> open(Compound&, const OPEN4args&) { return with_status<OPEN4res>(NFS4ERR_NOTSUPP); }
Async<OPEN_CONFIRM4res> open_confirm(Compound&, const OPEN_CONFIRM4args&) {
  return with_status<OPEN_CONFIRM4res>(NFS4ERR_NOTSUPP);
}
Async<OPEN_DOWNGRADE4res> open_downgrade(Compound&, const OPEN_DOWNGRADE4args&) {
  return with_status<OPEN_DOWNGRADE4res>(NFS4ERR_NOTSUPP);
}
Async<READ4res> read(Compound&, const READ4args&) { return with_status<READ4res>(NFS4ERR_NOTSUPP); }
Async<RENEW4res> renew(Compound&, const RENEW4args&) { return with_status<RENEW4res>(NFS4ERR_NOTSUPP); }
Async<SETCLIENTID4res> setclientid(Compound&, const SETCLIENTID4args&) {
  return with_status<SETCLIENTID4res>(NFS4ERR_NOTSUPP);
}
Async<SETCLIENTID_CONFIRM4res> setclientid_confirm(Compound&, const SETCLIENTID_CONFIRM4args&) {
  return with_status<SETCLIENTID_CONFIRM4res>(NFS4ERR_NOTSUPP);
}
Async<WRITE4res> write(Compound&, const WRITE4args&) { return with_status<WRITE4res>(NFS4ERR_NOTSUPP); }
Async<RELEASE_LOCKOWNER4res> release_lockowner(Compound&, const RELEASE_LOCKOWNER4args&) {
  return with_status<RELEASE_LOCKOWNER4res>(NFS4ERR_NOTSUPP);
}
Async<BACKCHANNEL_CTL4res> backchannel_ctl(Compound&, const BACKCHANNEL_CTL4args&) {
  return with_status<BACKCHANNEL_CTL4res>(NFS4ERR_NOTSUPP);
}
Async<BIND_CONN_TO_SESSION4res> bind_conn_to_session(Compound&, const BIND_CONN_TO_SESSION4args&) {
  return with_status<BIND_CONN_TO_SESSION4res>(NFS4ERR_NOTSUPP);
}
Async<EXCHANGE_ID4res> exchange_id(Compound&, const EXCHANGE_ID4args&) {
  return with_status<EXCHANGE_ID4res>(NFS4ERR_NOTSUPP);
}
Async<CREATE_SESSION4res> create_session(Compound&, const CREATE_SESSION4args&) {
  return with_status<CREATE_SESSION4res>(NFS4ERR_NOTSUPP);
}
Async<DESTROY_SESSION4res> destroy_session(Compound&, const DESTROY_SESSION4args&) {
  return with_status<DESTROY_SESSION4res>(NFS4ERR_NOTSUPP);
}
Async<FREE_STATEID4res> free_stateid(Compound&, const FREE_STATEID4args&) {
  return with_status<FREE_STATEID4res>(NFS4ERR_NOTSUPP);
}
Async<SEQUENCE4res> sequence(Compound&, const SEQUENCE4args&) {
  return with_status<SEQUENCE4res>(NFS4ERR_NOTSUPP);
}
Async<TEST_STATEID4res> test_stateid(Compound&, const TEST_STATEID4args&) {
  return with_status<TEST_STATEID4res>(NFS4ERR_NOTSUPP);
}
Async<DESTROY_CLIENTID4res> destroy_clientid(Compound&, const DESTROY_CLIENTID4args&) {
  return with_status<DESTROY_CLIENTID4res>(NFS4ERR_NOTSUPP);
}
Async<RECLAIM_COMPLETE4res> reclaim_complete(Compound&, const RECLAIM_COMPLETE4args&) {
  return with_status<RECLAIM_COMPLETE4res>(NFS4ERR_NOTSUPP);
}
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
