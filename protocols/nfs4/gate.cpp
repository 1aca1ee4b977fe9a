#include "protocols/nfs4/gate.h"

namespace dfs::nfs4 {

nfsstat4 gate(const GateInput& in) {
  // RFC 8881 15.1.3.4: no such operation in this minor version.
  if (in.op == nullptr) return NFS4ERR_OP_ILLEGAL;
  // 8.8: 4.0's way to clients, owners and leases; it keeps its numbers, and later versions must not have it.
  if (in.minor > in.op->last_minor) return NFS4ERR_NOTSUPP;
  const u32 flags = in.op->flags;
  if (in.minor > 0) {
    // RFC 8881 18.46.3: SEQUENCE stands first or not at all.
    if (in.op->number == OP_SEQUENCE && in.index > 0) return NFS4ERR_SEQUENCE_POS;
    if (!in.sequenced && in.op->number != OP_SEQUENCE) {
      // 2.10.2.1 and 15.1.11.3: everything else belongs into a session, but the few that make and unmake
      // them.
      if (!(flags & kFirst) || in.index > 0) return NFS4ERR_OP_NOT_IN_SESSION;
      // 18.35.3 to 18.37.3, 18.50.3: and those are then alone.
      if ((flags & kAlone) && in.count > 1) return NFS4ERR_NOT_ONLY_OP;
    }
    // 18.34.3: not even behind a SEQUENCE.
    if ((flags & kOnly) && in.count > 1) return NFS4ERR_NOT_ONLY_OP;
  }
  if ((flags & kFh) && !in.has_current) return NFS4ERR_NOFILEHANDLE;
  if ((flags & kSaved) && !in.has_saved) return NFS4ERR_NOFILEHANDLE;
  return NFS4_OK;
}

}  // namespace dfs::nfs4
