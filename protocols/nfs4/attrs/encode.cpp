#include "protocols/nfs4/attrs/encode.h"

#include "engine/loop/then.h"
#include "protocols/nfs4/pseudo.h"
#include "protocols/nfs4/status.h"

namespace dfs::nfs4 {
namespace {

Gathered take_node(AttrSource* s, const fs::AttrResult& r) {
  if (r.error != fs::FsError::ok) return {to_status(r.error), nullptr};
  s->node = r.node;
  return {NFS4_OK, s};
}

Task<Gathered> gather_all(AttrSource* s, AttrSet wanted) {
  static const AttrSet kOfStat = attrs_with(kStat), kOfAcl = attrs_with(kAcl);
  fs::FileSystem& files = s->place.fs();
  const fs::AttrResult attr = co_await files.getattr(s->place.node);
  const Gathered node = take_node(s, attr);
  if (node.status != NFS4_OK) co_return node;
  if (wanted.intersects(kOfStat)) {
    auto stat = co_await files.statfs(s->place.node);
    if (!stat) co_return Gathered{to_status(stat.error()), nullptr};
    s->stat = *stat;
  }
  if (wanted.intersects(kOfAcl)) {
    fs::AclResult acl = co_await files.getacl(s->place.who, s->place.node);
    if (acl.error != fs::FsError::ok) co_return Gathered{to_status(acl.error), nullptr};
    s->acls = &s->reader.acls.emplace_front(std::move(acl.acls));
  }
  co_return node;
}

}  // namespace

Async<Gathered> gather(const AttrReader& reader, const Place& place, AttrSet wanted) {
  static const AttrSet kMore = attrs_with(kStat | kAcl);
  auto* s = reader.arena.construct<AttrSource>(reader, place);
  if (!place.object()) {
    s->node = reader.server.pseudo->inode(place.pseudo);
    if (wanted.intersects(kMore))
      s->acls = &reader.acls.emplace_front(fs::Acls{fs::acl_from_mode(s->node.mode, s->node.type), {}});
    return Gathered{NFS4_OK, s};
  }
  s->facts = place.fs().facts();
  if (wanted.intersects(kMore)) return gather_all(s, wanted);
  return then(place.fs().getattr(place.node), [s](const fs::AttrResult& r) { return take_node(s, r); });
}

void take_held(Compound& c, AttrSource& source) {
  const Compound::Held held = std::exchange(c.held, {});
  if (held.size) source.node.size = *held.size;
  if (held.accessed) source.node.atime = *held.accessed;
}

AttrSet put_attrs(AttrOut& out, const AttrSource& from, AttrSet wanted) {
  const AttrSet given = wanted & readable_attrs(from.reader.minor);
  given.each([&](u32 number) {
    find_attr(number)->put(out, from);
    return true;
  });
  return given;
}

fattr4 to_fattr(const AttrSource& from, AttrSet wanted) {
  AttrOut out(from.reader.arena);
  const AttrSet given = put_attrs(out, from, wanted);
  return {given.bitmap(from.reader.arena), out.take()};
}

}  // namespace dfs::nfs4
