#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {
namespace {

// 4.0 has no WRONG_TYPE (RFC 7530 16.25.5, RFC 8881 18.24.3).
nfsstat4 no_link(const Compound& c) { return c.minor == 0 ? NFS4ERR_INVAL : NFS4ERR_WRONG_TYPE; }

}  // namespace

// RFC 7530 16.25, RFC 8881 18.24
Async<READLINK4res> readlink(Compound& c, const rpc::Void&) {
  const Place& p = c.current.place;
  if (!p.object()) return with_status<READLINK4res>(no_link(c));
  return then(p.fs().readlink(p.who, p.node), [&c](const fs::TextResult& r) {
    READLINK4res res{};
    res.status = r.error == fs::FsError::wrong_type ? no_link(c) : to_status(r.error);
    if (res.status == NFS4_OK) res.resok4.link = c.call.arena.copy(r.text);
    return res;
  });
}

}  // namespace dfs::nfs4::ops
