#pragma once

#include "protocols/nfs4/compound.h"

namespace dfs::nfs4 {

// What a handle names, for the caller of this COMPOUND: NFS4_OK, BADHANDLE for what we never gave out, or
// STALE. STALE too where an export is no longer, or never was, for this client: "access to it has been
// revoked" (RFC 8881 15.1.2.4) is the one of PUTFH's errors that says so.
nfsstat4 resolve(const Compound& c, const nfs_fh4& handle, Place* out);

// The handle of a place.
fs::HandleBytes seal(const Nfs4& server, const Place& place);
// The same; its bytes are in the call's arena.
nfs_fh4 handle_of(Compound& c, const Place& place);

// What a directory of the pseudo file system is to the caller: the root of the export that covers it, when
// the caller may use that one, or the directory itself. None when there is nothing for the caller at or below
// it.
Place enter_pseudo(const Compound& c, u32 number);

// The directory of the pseudo file system that a place is or, as the root of an export, covers; none of other
// objects.
std::optional<u32> pseudo_of(const Nfs4& server, const Place& place);

// The child of pseudo_of(place) with that name as enter_pseudo() gives it: where LOOKUP leaves a file system.
// None when the name is the file system's own business.
Place junction(const Compound& c, const Place& place, std::string_view name);

// The place of another object of the same export.
inline Place beside(const Place& place, const fs::Inode& node) {
  Place p = place;
  p.node = {node.id, node.generation};
  return p;
}

}  // namespace dfs::nfs4
