#include "protocols/nfs3/attrs.h"

#include <algorithm>

namespace dfs::nfs3 {
namespace {

ftype3 to_ftype(fs::FileType t) {
  switch (t) {
    case fs::FileType::regular:
      return NF3REG;
    case fs::FileType::directory:
      return NF3DIR;
    case fs::FileType::symlink:
      return NF3LNK;
    case fs::FileType::block_device:
      return NF3BLK;
    case fs::FileType::character_device:
      return NF3CHR;
    case fs::FileType::fifo:
      return NF3FIFO;
    case fs::FileType::socket:
      return NF3SOCK;
  }
  return NF3REG;
}

u64 fsid_of(const fs::FsUuid& uuid) {
  u64 id;
  std::memcpy(&id, uuid.data(), sizeof id);
  return id;
}

}  // namespace

// nfstime3 counts unsigned 32-bit seconds: what lies outside is shown as the nearest there is.
nfstime3 to_nfstime(const WallTime& t) {
  if (t.sec < 0) return {0, 0};
  if (t.sec > UINT32_MAX) return {UINT32_MAX, 999'999'999};
  return {static_cast<u32>(t.sec), t.nsec};
}

WallTime from_nfstime(const nfstime3& t) { return {t.seconds, t.nseconds}; }

fattr3 to_fattr(const Place& place, const fs::Inode& node) {
  fattr3 f{};
  f.type = to_ftype(node.type);
  f.mode = node.mode;
  f.nlink = node.nlink;
  f.uid = node.uid;
  f.gid = node.gid;
  f.size = node.size;
  f.used = node.space_used;
  f.rdev = {node.rdev_major, node.rdev_minor};
  f.fsid = fsid_of(place.fs().uuid());
  f.fileid = node.id.value;
  f.atime = to_nfstime(node.atime);
  f.mtime = to_nfstime(node.mtime);
  f.ctime = to_nfstime(node.ctime);
  return f;
}

post_op_attr attrs(const Place& place, const fs::Inode& node, bool known) {
  post_op_attr a{};
  a.attributes_follow = known;
  if (known) a.attributes = to_fattr(place, node);
  return a;
}

wcc_data wcc(const Place& place, const fs::Change& change) {
  wcc_data w{};
  if (!change.known) return w;
  w.before.attributes_follow = true;
  w.before.attributes = {change.before.size, to_nfstime(change.before.mtime),
                         to_nfstime(change.before.ctime)};
  w.after = attrs(place, change.after);
  return w;
}

const fs::SetAttr* to_setattr(rpc::Call& call, const sattr3& a) {
  auto* s = call.arena.construct<fs::SetAttr>();
  if (a.mode.set_it) s->mode = static_cast<u16>(a.mode.mode & fs::kModeMask);
  if (a.uid.set_it) s->uid = a.uid.uid;
  if (a.gid.set_it) s->gid = a.gid.gid;
  if (a.size.set_it) s->size = a.size.size;
  auto time = [](time_how how, const nfstime3& t, fs::SetAttr::Time& out_how, WallTime& out) {
    if (how == SET_TO_SERVER_TIME) out_how = fs::SetAttr::Time::server;
    if (how != SET_TO_CLIENT_TIME) return true;
    out_how = fs::SetAttr::Time::client;
    out = from_nfstime(t);
    return t.nseconds < 1'000'000'000;
  };
  if (!time(a.atime.set_it, a.atime.atime, s->atime_how, s->atime)) return nullptr;
  if (!time(a.mtime.set_it, a.mtime.mtime, s->mtime_how, s->mtime)) return nullptr;
  return s;
}

}  // namespace dfs::nfs3
