#pragma once

#include "protocols/nfs4/nfs4.h"

namespace dfs::nfs4 {

// How the client wants callbacks to be authenticated (RFC 8881 18.36.3, csa_sec_parms): it names what it
// takes, the server uses any of it. AUTH_NONE and AUTH_SYS can be done. NOENT: it takes GSS only, with
// handles that nobody here has made.
inline nfsstat4 callback_security(const Array<callback_sec_parms4>& parms) {
  if (parms.empty()) return NFS4_OK;  // then it takes no callbacks at all
  for (const callback_sec_parms4& p : parms)
    if (p.cb_secflavor == rpc::AUTH_NONE || p.cb_secflavor == rpc::AUTH_SYS) return NFS4_OK;
  return NFS4ERR_NOENT;
}

}  // namespace dfs::nfs4
