#pragma once

#include <string>

#include "engine/base/bytes.h"

namespace dfs::state {

enum class Protocol : u8 { nlm, nfs4, smb2 };

// Who holds claims: an open owner, a lock owner, a handle. Its identity is its address: two claims of one
// Owner never conflict, two owners of one client share its caching grants. Fixed after construction; whoever
// has one keeps it until its last claim is out of every table, so that a table may be asked who stands in the
// way.
struct Owner {
  Protocol protocol;
  u64 client;        // the server's number for the client (a lease, a session)
  std::string name;  // as the client calls the owner; opaque

  bool same_client(const Owner& o) const { return protocol == o.protocol && client == o.client; }
};

}  // namespace dfs::state
