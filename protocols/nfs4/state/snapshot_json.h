#pragma once

#include <nlohmann/json_fwd.hpp>

namespace dfs::nfs4 {

struct Snapshot;

// For whoever looks from outside; opaque bytes are hexadecimal.
nlohmann::ordered_json to_json(const Snapshot& s);

}  // namespace dfs::nfs4
