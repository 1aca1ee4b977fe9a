// GET /api/v1/state
#include <nlohmann/json.hpp>

#include "protocols/nfs4/state/snapshot_json.h"
#include "protocols/server/admin/answers.h"

namespace dfs::server::admin {

Answer Api::state(const Request&) {
  return server_.with([](Server& s) { return Answer::json(nfs4::to_json(s.state())); }, no_server());
}

}  // namespace dfs::server::admin
