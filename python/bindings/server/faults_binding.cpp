#include <nlohmann/json.hpp>

#include "protocols/server/fault_words.h"
#include "python/bindings/server/bindings.h"
#include "python/bindings/server/json.h"

namespace dfs::python {
namespace {

namespace py = pybind11;

fault::Rule rule_from(const py::object& data) {
  auto rule = fault::rule_from_data(to_json(data), server::fault_words());
  if (!rule) throw py::value_error(rule.error());
  return std::move(*rule);
}

py::object data_of(const fault::Rule& rule) {
  return from_json(fault::rule_to_data(rule, server::fault_words()));
}

py::list names_of(u32 groups) {
  py::list out;
  for (const fault::ActionInfo& a : fault::kActions)
    if (groups & a.group) out.append(a.name);
  return out;
}

py::list filters_of(u32 known) {
  py::list out;
  for (const fault::NumberFilter& f : fault::kNumberFilters)
    if (known & f.known) out.append(f.name);
  for (const fault::TextFilter& f : fault::kTextFilters)
    if (known & f.known) out.append(f.name);
  return out;
}

}  // namespace

u64 arm_rule(fault::Registry& registry, const py::object& data) {
  auto id = registry.arm(rule_from(data));
  if (!id) throw py::value_error(id.error());
  return *id;
}

py::list armed_rules(fault::Registry& registry) {
  py::list out;
  for (const fault::RuleRow& row : registry.rules()) {
    py::dict d;
    d["id"] = row.id;
    d["rule"] = data_of(row.rule);
    d["hits"] = row.status.hits;
    d["fired"] = row.status.fired;
    out.append(d);
  }
  return out;
}

void bind_faults(py::module_& m) {
  m.def(
      "fault_points",
      [] {
        py::list out;
        for (const auto& p : fault::kPoints)
          out.append(py::make_tuple(p.name, names_of(p.actions), filters_of(p.known)));
        return out;
      },
      "Every fault point with the actions it accepts, and what it can be filtered by.");
  m.def(
      "rule_data", [](const py::object& data) { return data_of(rule_from(data)); },
      "A rule as data, read and written again. ValueError says what is possible instead.");
  m.def(
      "fs_errors",
      [] {
        py::dict out;
        const auto& errors = server::fault_words().errors;
        for (size_t i = 0; i < errors.size(); ++i) out[py::str(errors[i])] = i;
        return out;
      },
      "The errors a store call can be made to fail with, name to number.");
}

}  // namespace dfs::python
