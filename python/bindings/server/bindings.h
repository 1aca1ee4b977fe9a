#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "engine/base/trace.h"
#include "engine/fault/registry.h"

namespace dfs::server {
class Server;
}

namespace dfs::python {

void bind_server(pybind11::module_& m);
void bind_faults(pybind11::module_& m);
void bind_store_types(pybind11::module_& m);
void bind_native_stores(pybind11::module_& m);
void bind_handlers(pybind11::module_& m);
void bind_claims(pybind11::module_& m);

// Arms a rule that is plain data (engine/fault/rule_data.h). ValueError says what is possible.
u64 arm_rule(fault::Registry& registry, const pybind11::object& data);
// Dictionaries with id, rule (as data), hits and fired.
pybind11::list armed_rules(fault::Registry& registry);

// Events as dictionaries: seq, time (ns), name, conn, request and the event's own fields.
pybind11::list trace_since(const Trace& trace, u64 after);
// The first event after `after` with this name ("" any) and these fields, waiting `limit` real seconds; else
// None.
pybind11::object trace_wait(Trace& trace, u64 after, const std::string& name, const pybind11::dict& fields,
                            double limit);

// What the server holds for its clients, as dictionaries and lists.
pybind11::object state_snapshot(server::Server& server);
// What of it contradicts itself, a sentence each.
std::vector<std::string> state_invariants(server::Server& server);

}  // namespace dfs::python
