#pragma once

#include "engine/fs/exports.h"
#include "engine/fs/promises.h"
#include "protocols/nfs3/nfs3.h"
#include "protocols/rpc/program.h"

namespace dfs::nfs3 {

// Sizes a client is told in FSINFO and held to.
struct Limits {
  u32 io_size = 1u << 20;         // rtmax, wtmax: bytes of one READ or WRITE
  u32 preferred_io = 1u << 20;    // rtpref, wtpref
  u32 preferred_dir = 64u << 10;  // dtpref
};
constexpr u32 kDatagramIo = 32u << 10;  // of each over UDP: a reply must fit in one datagram

// What NFSv3 needs of the server; outlives every call.
struct Nfs3 {
  const fs::ExportTable& exports;
  const fs::HandleSealer& sealer;
  Limits limits;
  fs::Promises* promises = nullptr;  // of NFSv4; null: there are none

  // "A server implementation can advertise different transfer sizes depending on the interface on which the
  // FSINFO request is received" (RFC 1813 3.3.19).
  Limits limits_for(const rpc::Call& call) const {
    if (!call.transport->datagram()) return limits;
    return {std::min(limits.io_size, kDatagramIo), std::min(limits.preferred_io, kDatagramIo),
            std::min(limits.preferred_dir, kDatagramIo)};
  }
};

// A handle resolved for one call: which object, through which export, as whom. Lives in the call's arena.
struct Place {
  const fs::Export* ex;
  const fs::ExportRule* rule;
  fs::Credential who;
  fs::NodeRef node;

  fs::FileSystem& fs() const { return *ex->file_system; }
  bool read_only() const { return rule->read_only; }
};

// NFS3_OK and *place, or BADHANDLE, STALE, or ACCES when the client may not use the export.
nfsstat3 resolve(const Nfs3& n, rpc::Call& call, const nfs_fh3& handle, const Place** place);
// The same for a change: ROFS where the export is read-only.
nfsstat3 resolve_for_change(const Nfs3& n, rpc::Call& call, const nfs_fh3& handle, const Place** place);

// A handle for an object of the same export; its bytes are in the call's arena.
nfs_fh3 handle_of(const Nfs3& n, rpc::Call& call, const Place& place, fs::NodeRef node);

// Registers the program with all 22 procedures.
rpc::Program program(Nfs3& n);

// The handlers, one file each in procs/.
#define NFS3_PROC(name, handler, args, res, replayable) \
  Async<res> handler(Nfs3& n, rpc::Call& call, const args& a);
#include "protocols/nfs3/procs.def"
#undef NFS3_PROC

}  // namespace dfs::nfs3
