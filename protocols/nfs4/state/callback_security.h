#pragma once

#include "protocols/nfs4/nfs4.h"
#include "protocols/rpc/call.h"

namespace dfs::nfs4 {

// In whose name the client wants to be called back (RFC 8881 18.36.3, csa_sec_parms).
struct CallbackSecurity {
  bool any = false;  // false: it takes no callbacks at all
  rpc::Flavor flavor = rpc::Flavor::none;
  std::string credential;  // the body of opaque_auth: authsys_parms
};

// The client names what it takes, the server uses any of it: here the first that can be done, AUTH_NONE or
// AUTH_SYS. NOENT: it takes GSS only, with handles that nobody here has made.
nfsstat4 callback_security(const Array<callback_sec_parms4>& parms, CallbackSecurity* out);

}  // namespace dfs::nfs4
