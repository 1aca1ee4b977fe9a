#pragma once

#include <compare>
#include <string>

#include "engine/base/bytes.h"

namespace dfs::state {

enum class Protocol : u8 { nlm, nfs4, smb2 };

// Who holds a claim. Two claims of one owner never conflict; two owners of one client share its caching
// grants.
struct Owner {
  Protocol protocol;
  u64 client;       // the server's number for the client (a lease, a session)
  std::string key;  // opaque: lock or open owner, process, handle

  auto operator<=>(const Owner&) const = default;
  bool same_client(const Owner& o) const { return protocol == o.protocol && client == o.client; }
};

}  // namespace dfs::state
