#pragma once

#include "protocols/nfs4/attrs/table.h"
#include "protocols/nfs4/attrs/values.h"

namespace dfs::nfs4 {

// Reads what the attributes in `wanted` of a place are made of. The result lives in the call's arena.
struct Gathered {
  nfsstat4 status;
  AttrSource* source;  // when status is NFS4_OK
};
Async<Gathered> gather(Compound& c, const Place& place, AttrSet wanted);

// Writes the attributes of `wanted` that can be asked for in this minor version, and says which those were.
AttrSet put_attrs(AttrOut& out, const AttrSource& from, AttrSet wanted);
fattr4 to_fattr(const AttrSource& from, AttrSet wanted);

}  // namespace dfs::nfs4
