#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.19
Async<FSINFO3res> fsinfo(Nfs3& n, rpc::Call& call, const FSINFO3args& a) {
  FSINFO3res res{};
  const Place* p;
  if ((res.status = resolve(n, call, a.fsroot, &p)) != NFS3_OK) return res;
  return then(p->fs().getattr(p->node), [p, limits = n.limits_for(call)](const fs::AttrResult& r) {
    FSINFO3res res{};
    if ((res.status = to_status(r.error)) != NFS3_OK) return res;
    FSINFO3resok& ok = res.resok;
    ok.obj_attributes = attrs(*p, r.node);
    ok.rtmax = ok.wtmax = limits.io_size;
    ok.rtpref = ok.wtpref = limits.preferred_io;
    ok.rtmult = ok.wtmult = 4096;
    ok.dtpref = limits.preferred_dir;
    ok.maxfilesize = fs::kMaxFileSize;
    ok.time_delta = {0, 1};  // times are kept to the nanosecond
    ok.properties = FSF3_LINK | FSF3_SYMLINK | FSF3_HOMOGENEOUS | FSF3_CANSETTIME;
    return res;
  });
}

}  // namespace dfs::nfs3
