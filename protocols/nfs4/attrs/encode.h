#pragma once

#include "protocols/nfs4/attrs/table.h"
#include "protocols/nfs4/attrs/values.h"

namespace dfs::nfs4 {

// Reads what the attributes in `wanted` of a place are made of. The result lives in the reader's arena.
struct Gathered {
  nfsstat4 status;
  AttrSource* source;  // when status is NFS4_OK
};
Async<Gathered> gather(const AttrReader& reader, const Place& place, AttrSet wanted);

// Of the current file, when the holder of a write delegation was asked: what he has counts (RFC 8881 10.4.3).
void take_held(Compound& c, AttrSource& source);

// Writes the attributes of `wanted` that can be asked for in this minor version, and says which those were.
AttrSet put_attrs(AttrOut& out, const AttrSource& from, AttrSet wanted);
fattr4 to_fattr(const AttrSource& from, AttrSet wanted);

}  // namespace dfs::nfs4
