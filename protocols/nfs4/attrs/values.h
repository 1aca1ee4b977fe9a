#pragma once

#include "protocols/nfs4/attrs/attr_out.h"
#include "protocols/nfs4/compound.h"

namespace dfs::nfs4 {

// For what attributes are read: a COMPOUND, or what the server tells a client by itself.
struct AttrReader {
  const Nfs4& server;
  u32 minor;
  Arena& arena;
  std::forward_list<fs::Acls>& acls;  // that values refer to

  AttrReader(const Nfs4& server, u32 minor, Arena& arena, std::forward_list<fs::Acls>& acls)
      : server(server), minor(minor), arena(arena), acls(acls) {}
  AttrReader(Compound& c) : AttrReader(c.server, c.minor, c.call.arena, c.acls) {}  // NOLINT: implicit
};

// What the values of an object's attributes are made of.
struct AttrSource {
  AttrReader reader;
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
