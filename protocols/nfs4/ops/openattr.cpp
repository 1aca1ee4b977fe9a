#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {

// RFC 7530 16.17, RFC 8881 18.17: named_attr is false everywhere. Extended attributes are RFC 8276's.
Async<OPENATTR4res> openattr(Compound&, const OPENATTR4args&) { return OPENATTR4res{NFS4ERR_NOTSUPP}; }

}  // namespace dfs::nfs4::ops
