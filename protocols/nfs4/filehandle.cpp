#include "protocols/nfs4/filehandle.h"

#include "protocols/nfs4/pseudo.h"

namespace dfs::nfs4 {
namespace {

const Endpoint& client_of(const Compound& c) { return c.call.transport->peer(); }

Place pseudo_place(u32 number) {
  Place p;
  p.kind = Place::Kind::pseudo;
  p.pseudo = number;
  return p;
}

// An object of an export as this caller; none when the client may not use the export.
Place object_place(const Compound& c, const fs::Export& ex, fs::NodeRef node) {
  Place p;
  p.rule = ex.rule_for(client_of(c));
  if (p.rule == nullptr) return {};
  const rpc::Caller& caller = c.call.caller;
  p.kind = Place::Kind::object;
  p.ex = &ex;
  p.who = fs::squash(*p.rule, caller.uid, caller.gid, caller.groups(), caller.flavor == rpc::Flavor::none);
  p.node = node;
  return p;
}

}  // namespace

nfsstat4 resolve(const Compound& c, const nfs_fh4& handle, Place* out) {
  const Nfs4& n = c.server;
  fs::HandleTarget target;
  const auto known = [&](const fs::FsUuid& u) { return u == Pseudo::kUuid || n.exports.serves(u); };
  switch (n.sealer.open(handle, known, target)) {
    case fs::HandleSealer::Verdict::ok:
      break;
    case fs::HandleSealer::Verdict::bad:
      return NFS4ERR_BADHANDLE;
    case fs::HandleSealer::Verdict::stale:
      return NFS4ERR_STALE;
  }
  if (target.uuid == Pseudo::kUuid) {
    const auto number = n.pseudo->by_id(target.node.id);
    // A directory that an export covers by now is not seen any more.
    if (number) *out = enter_pseudo(c, *number);
    return number && *out ? NFS4_OK : NFS4ERR_STALE;
  }
  const fs::Export* ex = n.exports.by_id(target.export_id);
  if (ex == nullptr || ex->file_system->uuid() != target.uuid) return NFS4ERR_STALE;
  *out = object_place(c, *ex, target.node);
  return *out ? NFS4_OK : NFS4ERR_STALE;
}

fs::HandleBytes seal(const Nfs4& server, const Place& place) {
  fs::HandleTarget target;
  if (place.object())
    target = {place.ex->id, place.fs().uuid(), place.node};
  else
    target = {0, Pseudo::kUuid, {server.pseudo->at(place.pseudo).id, 0}};
  return server.sealer.seal(target);
}

nfs_fh4 handle_of(Compound& c, const Place& place) {
  const fs::HandleBytes sealed = seal(c.server, place);
  return c.call.arena.copy(Bytes{sealed.data(), fs::kHandleSize});
}

Place enter_pseudo(const Compound& c, u32 number) {
  const Pseudo& pseudo = *c.server.pseudo;
  if (const fs::Export* ex = pseudo.at(number).ex)
    if (Place p = object_place(c, *ex, ex->file_system->root())) return p;
  return pseudo.visible(number, client_of(c)) ? pseudo_place(number) : Place{};
}

std::optional<u32> pseudo_of(const Nfs4& server, const Place& place) {
  if (!place.object()) return place.pseudo;
  if (place.node != place.fs().root()) return {};
  return server.pseudo->under(*place.ex);
}

Place junction(const Compound& c, const Place& place, std::string_view name) {
  const auto here = pseudo_of(c.server, place);
  if (!here) return {};
  const auto child = c.server.pseudo->child(*here, name);
  return child ? enter_pseudo(c, *child) : Place{};
}

}  // namespace dfs::nfs4
