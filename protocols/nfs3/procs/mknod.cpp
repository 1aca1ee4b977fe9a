#include "protocols/nfs3/creation.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.11
Async<MKNOD3res> mknod(Nfs3& n, rpc::Call& call, const MKNOD3args& a) {
  const Place* p = nullptr;
  if (const nfsstat3 s = resolve_for_change(n, call, a.where.dir, &p); s != NFS3_OK)
    return refused<MKNOD3res>(p, s, of_directory);
  fs::FileType type;
  switch (a.what.type) {
    case NF3CHR:
      type = fs::FileType::character_device;
      break;
    case NF3BLK:
      type = fs::FileType::block_device;
      break;
    case NF3SOCK:
      type = fs::FileType::socket;
      break;
    case NF3FIFO:
      type = fs::FileType::fifo;
      break;
    default:
      return refused<MKNOD3res>(p, NFS3ERR_BADTYPE,
                                of_directory);  // regular files, directories, links have calls of their own
  }
  const bool device = a.what.type == NF3CHR || a.what.type == NF3BLK;
  const fs::SetAttr* attr = to_setattr(call, device ? a.what.device.dev_attributes : a.what.pipe_attributes);
  if (attr == nullptr) return refused<MKNOD3res>(p, NFS3ERR_INVAL, of_directory);
  const specdata3 spec = device ? a.what.device.spec : specdata3{};
  return when_clear<MKNOD3res>(
      n, {making(p, a.where.name)}, [&n, &call, &a, p, type, spec, attr]() -> Async<MKNOD3res> {
        return then(
            p->fs().mknod(p->who, p->node, a.where.name.view(), type, spec.specdata1, spec.specdata2, *attr),
            Created<MKNOD3res>{n, call, *p, a.where.name.view()});
      });
}

}  // namespace dfs::nfs3
