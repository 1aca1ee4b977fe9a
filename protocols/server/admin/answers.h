#pragma once

#include "protocols/server/admin/api.h"

namespace dfs::server::admin {

// While the server restarts.
inline Answer no_server() { return Answer::problem(503, "the server is between two runs; come again"); }

}  // namespace dfs::server::admin
