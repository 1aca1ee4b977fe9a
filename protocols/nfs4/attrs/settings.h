#pragma once

#include "protocols/nfs4/compound.h"

namespace dfs::nfs4 {

// Values a client sets, read one after the other.
struct AttrTaking {
  Compound& c;
  wire::Reader& r;
  fs::SetAttr& attr;
};

// One function an attribute of table.def that can be set: NFS4_OK, BADXDR, or what is wrong with the value.
namespace settings {
#define TAKE_R(name)
#define TAKE_W(name) nfsstat4 name(AttrTaking& t);
#define TAKE_RW(name) TAKE_W(name)
#define NFS4_ATTR(NAME, name, access, first, scope, flags) TAKE_##access(name)
#include "protocols/nfs4/attrs/table.def"
#undef NFS4_ATTR
#undef TAKE_R
#undef TAKE_W
#undef TAKE_RW
}  // namespace settings

}  // namespace dfs::nfs4
