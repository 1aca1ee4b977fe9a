#include "protocols/nfs3/program.h"

namespace dfs::nfs3 {
namespace {

Async<rpc::Void> null(Nfs3&, rpc::Call&, const rpc::Void&) { return rpc::Void{}; }

}  // namespace

nfsstat3 resolve(const Nfs3& n, rpc::Call& call, const nfs_fh3& handle, const Place** place) {
  fs::HandleTarget target;
  switch (n.sealer.open(
      handle.data, [&](const fs::FsUuid& u) { return n.exports.serves(u); }, target)) {
    case fs::HandleSealer::Verdict::ok:
      break;
    case fs::HandleSealer::Verdict::bad:
      return NFS3ERR_BADHANDLE;
    case fs::HandleSealer::Verdict::stale:
      return NFS3ERR_STALE;
  }
  const fs::Export* ex = n.exports.by_id(target.export_id);
  if (ex == nullptr || ex->file_system->uuid() != target.uuid) return NFS3ERR_STALE;
  const fs::ExportRule* rule = ex->rule_for(call.transport->peer());
  if (rule == nullptr) return NFS3ERR_ACCES;
  const rpc::Caller& c = call.caller;
  const bool anonymous = c.flavor == rpc::Flavor::none;
  *place = call.arena.construct<Place>(ex, rule, fs::squash(*rule, c.uid, c.gid, c.groups(), anonymous),
                                       target.node);
  return *place == nullptr ? NFS3ERR_SERVERFAULT : NFS3_OK;
}

nfsstat3 resolve_for_change(const Nfs3& n, rpc::Call& call, const nfs_fh3& handle, const Place** place) {
  const nfsstat3 status = resolve(n, call, handle, place);
  return status == NFS3_OK && (*place)->read_only() ? NFS3ERR_ROFS : status;
}

nfs_fh3 handle_of(const Nfs3& n, rpc::Call& call, const Place& place, fs::NodeRef node) {
  auto* bytes = call.arena.construct<fs::HandleBytes>(n.sealer.seal({place.ex->id, place.fs().uuid(), node}));
  return {{bytes->data(), fs::kHandleSize}};
}

rpc::Program program(Nfs3& n) {
  rpc::Program p{NFS_PROGRAM, NFS_V3,
                 "nfs3",      {},
                 &n,          fault::Point::nfs3_proc_enter,
                 true,        fault::Point::nfs3_proc_leave};
  p.schema = &schema;
  p.handle = &nfs_fh3_desc;
  p.entry = &filename3_desc;
  p.procedures.push_back(
      {NFSPROC3_NULL, "NULL", false, false, rpc::serve<Nfs3, rpc::Void, rpc::Void, null>, nullptr});
#define NFS3_PROC(name, handler, args, res, replayable)                                                    \
  p.procedures.push_back({NFSPROC3_##name, #name, replayable, false, rpc::serve<Nfs3, args, res, handler>, \
                          rpc::fail_with<res>});
#include "protocols/nfs3/procs.def"
#undef NFS3_PROC
  return p;
}

}  // namespace dfs::nfs3
