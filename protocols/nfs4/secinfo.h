#pragma once

#include "protocols/nfs4/compound.h"

namespace dfs::nfs4 {

// What SECINFO and SECINFO_NO_NAME answer for any object: every export takes AUTH_SYS, and AUTH_NONE as its
// anonymous user. From 4.1 on the filehandle is used up (RFC 8881 2.6.3.1.1.8).
SECINFO4res serve_secinfo(Compound& c);

}  // namespace dfs::nfs4
