#include "protocols/nfs4/state/callback_security.h"

#include "engine/wire/writer.h"

namespace dfs::nfs4 {

nfsstat4 callback_security(const Array<callback_sec_parms4>& parms, CallbackSecurity* out) {
  *out = {};
  for (const callback_sec_parms4& p : parms) {
    if (p.cb_secflavor == rpc::AUTH_NONE) {
      *out = {true, rpc::Flavor::none, {}};
      return NFS4_OK;
    }
    if (p.cb_secflavor == rpc::AUTH_SYS) {
      *out = {true, rpc::Flavor::sys,
              wire::encode_to_string([&](wire::Writer& w) { encode(w, p.cbsp_sys_cred); })};
      return NFS4_OK;
    }
  }
  return parms.empty() ? NFS4_OK : NFS4ERR_NOENT;
}

}  // namespace dfs::nfs4
