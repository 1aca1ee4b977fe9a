#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/callback_security.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {

// RFC 8881 18.33
Async<BACKCHANNEL_CTL4res> backchannel_ctl(Compound& c, const BACKCHANNEL_CTL4args& a) {
  CallbackSecurity security;
  const nfsstat4 s = callback_security(a.bca_sec_parms, &security);
  if (s != NFS4_OK) return BACKCHANNEL_CTL4res{s};
  c.session->set_callback(a.bca_cb_program, std::move(security));
  c.server.state->callbacks.security_changed(*c.session);
  return BACKCHANNEL_CTL4res{s};
}

}  // namespace dfs::nfs4::ops
