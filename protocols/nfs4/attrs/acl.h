#pragma once

#include "protocols/nfs4/attrs/attr_out.h"
#include "protocols/nfs4/attrs/settings.h"

// ACLs on the wire (RFC 8881 6.2): the file system's model has the same entries, and other words for whom
// they are about.
namespace dfs::nfs4 {

void put_aces(AttrOut& out, const std::vector<fs::Ace>& aces);
void put_acl41(AttrOut& out, const fs::Acl& acl);
// An owner or a group as it is sent.
void put_owner(AttrOut& out, u32 id);

// NFS4_OK, BADXDR, INVAL, BADOWNER.
nfsstat4 take_aces(AttrTaking& t, std::vector<fs::Ace>* aces);
nfsstat4 take_acl41(AttrTaking& t, fs::Acl* acl);

}  // namespace dfs::nfs4
