#include <nlohmann/json.hpp>

#include "protocols/nfs4/state/snapshot_json.h"
#include "protocols/server/server.h"
#include "python/bindings/server/bindings.h"
#include "python/bindings/server/json.h"

namespace dfs::python {

namespace py = pybind11;

py::object state_snapshot(server::Server& server) {
  nlohmann::json state;
  {
    py::gil_scoped_release release;
    state = nfs4::to_json(server.state());
  }
  return from_json(state);
}

std::vector<std::string> state_invariants(server::Server& server) {
  py::gil_scoped_release release;
  return server.check_state();
}

}  // namespace dfs::python
