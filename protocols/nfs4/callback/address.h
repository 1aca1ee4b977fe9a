#pragma once

#include <optional>
#include <string_view>

#include "engine/base/ip.h"

namespace dfs::nfs4 {

// Where a universal address points (RFC 5665 5.2.3.3 and 5.2.3.4): "192.0.2.1.3.255" of the netid tcp,
// "2001:db8::1.3.255" of tcp6. Nothing: it cannot be connected to.
std::optional<Endpoint> endpoint_of(std::string_view netid, std::string_view address);

}  // namespace dfs::nfs4
