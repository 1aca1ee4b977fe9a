#include "protocols/mount/program.h"

namespace dfs::mount {
namespace {

Async<rpc::Void> null(Mount&, rpc::Call&, const rpc::Void&) { return rpc::Void{}; }

void fail_mnt(rpc::Call& call, i32 status) {
  mountres3 res{};
  res.fhs_status = static_cast<mountstat3>(status);
  call.reply(0, [&](wire::Writer& w) { encode(w, res); });
}

// MNT, UMNT and UMNTALL want AUTH_UNIX or better (RFC 1813 5.2.1, 5.2.3, 5.2.4); a retransmitted MNT or UMNT
// changes nothing that its first execution did not.
rpc::Program common(Mount& m, u32 version) {
  rpc::Program p{MOUNT_PROGRAM, version, "mount", {}, &m, fault::Point::mount_proc_enter, false, {}};
  p.schema = &schema;
  using rpc::serve;
  using rpc::Void;
  p.procedures = {
      {MOUNTPROC3_NULL, "NULL", false, false, serve<Mount, Void, Void, null>, nullptr},
      {MOUNTPROC3_MNT, "MNT", false, true, serve<Mount, dirpath, mountres3, mnt, decode_dirpath>, fail_mnt},
      {MOUNTPROC3_DUMP, "DUMP", false, false, serve<Mount, Void, mountlist, dump, nullptr, encode_mountlist>,
       nullptr},
      {MOUNTPROC3_UMNT, "UMNT", false, true, serve<Mount, dirpath, Void, umnt, decode_dirpath>, nullptr},
      {MOUNTPROC3_UMNTALL, "UMNTALL", false, true, serve<Mount, Void, Void, umntall>, nullptr},
      {MOUNTPROC3_EXPORT, "EXPORT", false, false,
       serve<Mount, Void, exports, list_exports, nullptr, encode_exports>, nullptr},
  };
  return p;
}

}  // namespace

rpc::Program program_v3(Mount& m) { return common(m, MOUNT_V3); }

rpc::Program program_v1(Mount& m) {
  rpc::Program p = common(m, MOUNTVERS);
  p.procedures[MOUNTPROC_MNT].serve = rpc::serve<Mount, dirpath, fhstatus, mnt_v1, decode_dirpath>;
  p.procedures[MOUNTPROC_MNT].fail = nullptr;
  return p;
}

}  // namespace dfs::mount
