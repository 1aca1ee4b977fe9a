#pragma once

#include "protocols/nfs3/program.h"

namespace dfs::nfs3 {

// RFC 1813 2.5 and 2.6: attributes as they go over the wire.
fattr3 to_fattr(const Place& place, const fs::Inode& node);
post_op_attr attrs(const Place& place, const fs::Inode& node, bool known = true);
wcc_data wcc(const Place& place, const fs::Change& change);
nfstime3 to_nfstime(const WallTime& t);
WallTime from_nfstime(const nfstime3& t);

// Settable attributes, in the call's arena because a suspended file system call refers to them.
// nullptr: a time with nanoseconds of a second or more.
const fs::SetAttr* to_setattr(rpc::Call& call, const sattr3& attr);

}  // namespace dfs::nfs3
