#pragma once

#include "protocols/nfs4/attrs/table.h"
#include "protocols/nfs4/compound.h"

namespace dfs::nfs4 {

// Reads what a client wants attributes to be: NFS4_OK; ATTRNOTSUPP for one this server has not in this minor
// version; INVAL for one that can only be asked for, or not be set together with another or here; BADXDR,
// BADOWNER, INVAL for values. What *out refers to lives as long as the COMPOUND. *asked says which attributes
// there were, for applied_attrs().
enum class Target : u8 { present, created };
nfsstat4 decode_settable(Compound& c, const fattr4& from, Target target, fs::SetAttr* out, AttrSet* asked);

// Of the attributes asked for, those that belong to parts (SetAttrPart) the file system has applied:
// attrsset, attrset.
AttrSet applied_attrs(const AttrSet& asked, u32 parts);

}  // namespace dfs::nfs4
