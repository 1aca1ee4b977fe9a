#include "protocols/nfs4/attrs/decode.h"
#include "protocols/nfs4/change_info.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/names.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/tell.h"

namespace dfs::nfs4::ops {
namespace {

// What a createtype4 makes; empty: nothing that CREATE does (regular files are OPEN's).
std::optional<fs::FileType> to_type(nfs_ftype4 t) {
  switch (t) {
    case NF4DIR:
      return fs::FileType::directory;
    case NF4LNK:
      return fs::FileType::symlink;
    case NF4BLK:
      return fs::FileType::block_device;
    case NF4CHR:
      return fs::FileType::character_device;
    case NF4SOCK:
      return fs::FileType::socket;
    case NF4FIFO:
      return fs::FileType::fifo;
    default:
      return {};
  }
}

Async<fs::CreateResult> make(const Place& dir, const CREATE4args& a, fs::FileType type,
                             const fs::SetAttr& attr, fs::Rider<fs::CreateResult>* rider) {
  const std::string_view name = a.objname.view();
  const createtype4& t = a.objtype;
  if (type == fs::FileType::directory) return dir.fs().mkdir(dir.who, dir.node, name, attr, rider);
  if (type == fs::FileType::symlink)
    return dir.fs().symlink(dir.who, dir.node, name, t.linkdata.view(), attr, rider);
  const bool device = type == fs::FileType::block_device || type == fs::FileType::character_device;
  const specdata4 numbers = device ? t.devdata : specdata4{};
  return dir.fs().mknod(dir.who, dir.node, name, type, numbers.specdata1, numbers.specdata2, attr, rider);
}

}  // namespace

// RFC 7530 16.4, RFC 8881 18.4
Async<CREATE4res> create(Compound& c, const CREATE4args& a) {
  const Place& dir = c.current.place;
  const auto type = to_type(a.objtype.type);
  if (!type) return with_status<CREATE4res>(NFS4ERR_BADTYPE);
  if (const nfsstat4 s = check_component(a.objname); s != NFS4_OK) return with_status<CREATE4res>(s);
  if (dir.read_only()) return with_status<CREATE4res>(NFS4ERR_ROFS);
  if (junction(c, dir, a.objname.view())) return with_status<CREATE4res>(NFS4ERR_EXIST);
  auto* attr = c.call.arena.construct<fs::SetAttr>();
  AttrSet asked;
  if (const nfsstat4 s = decode_settable(c, a.createattrs, Target::created, attr, &asked); s != NFS4_OK)
    return with_status<CREATE4res>(s);
  return recorded<fs::CreateResult>(
      c, [&](auto* rider) { return make(dir, a, *type, *attr, rider); },
      [&c, asked](const fs::CreateResult& r) {
        CREATE4res res{};
        res.status = directory_status(r.error, r.dir.before);
        if (res.status != NFS4_OK) return res;
        res.resok4 = {change_info(r.dir), applied_attrs(asked, r.applied).bitmap(c.call.arena)};
        c.enter(beside(c.current.place, r.node));
        return res;
      },
      [&c, &a](const fs::CreateResult& r) { tell(c, c.current.place).created(a.objname.view(), r); });
}

}  // namespace dfs::nfs4::ops
