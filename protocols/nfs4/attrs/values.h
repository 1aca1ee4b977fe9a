#pragma once

#include "protocols/nfs4/attrs/attr_out.h"
#include "protocols/nfs4/compound.h"

namespace dfs::nfs4 {

// What the values of an object's attributes are made of.
struct AttrSource {
  Compound& c;
  Place place;
  fs::Inode node{};
  fs::Facts facts{};
  fs::FsStat stat{};                // for attributes with kStat
  const fs::Acls* acls = nullptr;   // for attributes with kAcl
  nfsstat4 rdattr_error = NFS4_OK;  // of an entry of a listing
};

// The values, one function an attribute of table.def that can be asked for. RFC 8881 section 5.8 says what
// each means.
namespace values {
#define PUT_R(name) void name(AttrOut& out, const AttrSource& s);
#define PUT_W(name)
#define PUT_RW(name) PUT_R(name)
#define NFS4_ATTR(NAME, name, access, first, scope, flags) PUT_##access(name)
#include "protocols/nfs4/attrs/table.def"
#undef NFS4_ATTR
#undef PUT_R
#undef PUT_W
#undef PUT_RW
}  // namespace values

nfs_ftype4 to_ftype(fs::FileType t);

}  // namespace dfs::nfs4
