#pragma once

#include "protocols/nfs4/attrs/encode.h"

namespace dfs::nfs4 {

// VERIFY and NVERIFY: SAME or NOT_SAME; or ATTRNOTSUPP, INVAL, BADXDR, or why the object's attributes are not
// known.
Async<nfsstat4> compare_attrs(Compound& c, const fattr4& with);

}  // namespace dfs::nfs4
