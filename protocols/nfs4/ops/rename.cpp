#include "protocols/nfs4/change_info.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/names.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/tell.h"

namespace dfs::nfs4::ops {
namespace {

// What is wrong before any directory is looked at.
nfsstat4 check(const Compound& c, const RENAME4args& a) {
  const Place &from = c.saved.place, &to = c.current.place;
  if (const nfsstat4 s = check_component(a.oldname); s != NFS4_OK) return s;
  if (const nfsstat4 s = check_component(a.newname); s != NFS4_OK) return s;
  if (!from.same_fs(to)) return NFS4ERR_XDEV;
  if (from.read_only() || to.read_only()) return NFS4ERR_ROFS;
  // What the name stands for is of another file system.
  if (junction(c, from, a.oldname.view()) || junction(c, to, a.newname.view())) return NFS4ERR_XDEV;
  // Somebody may be about to reclaim a delegation, of what is replaced too.
  return not_in_grace(*c.server.state);
}

// Either may be what is no directory.
nfsstat4 status_of_rename(const fs::RenameResult& r) {
  const nfsstat4 s = directory_status(r.error, r.from_dir.before);
  return s == NFS4ERR_NOTDIR ? directory_status(r.error, r.to_dir.before) : s;
}

}  // namespace

// RFC 7530 16.27, RFC 8881 18.26
Async<RENAME4res> rename(Compound& c, const RENAME4args& a) {
  if (const nfsstat4 s = check(c, a); s != NFS4_OK) return with_status<RENAME4res>(s);
  const Place &from = c.saved.place, &to = c.current.place;
  return recorded<fs::RenameResult>(
      c,
      [&](auto* rider) {
        return to.fs().rename(to.who, from.node, a.oldname.view(), to.node, a.newname.view(), rider);
      },
      [](const fs::RenameResult& r) {
        RENAME4res res{};
        res.status = status_of_rename(r);
        if (res.status == NFS4_OK) res.resok4 = {change_info(r.from_dir), change_info(r.to_dir)};
        return res;
      },
      [&c, &a](const fs::RenameResult& r) {
        tell(c, c.current.place).renamed(a.oldname.view(), a.newname.view(), r);
      });
}

}  // namespace dfs::nfs4::ops
