#pragma once

#include <pybind11/pybind11.h>

#include <nlohmann/json_fwd.hpp>

namespace dfs::python {

// Plain values of Python as JSON: None, bool, int, float, str, lists, tuples, mappings; bytes are {"hex":
// ...}. TypeError for anything else.
nlohmann::json to_json(const pybind11::handle& value);
pybind11::object from_json(const nlohmann::json& value);

}  // namespace dfs::python
