#include "python/bindings/server/json.h"

#include <nlohmann/json.hpp>

namespace dfs::python {

namespace py = pybind11;
using nlohmann::json;

json to_json(const py::handle& value) {
  if (value.is_none()) return nullptr;
  if (py::isinstance<py::bool_>(value)) return value.cast<bool>();
  if (PyLong_Check(value.ptr())) {  // an IntEnum too
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
    if (overflow == 0) {
      if (number < 0) return number;
      return static_cast<unsigned long long>(number);
    }
    return value.cast<unsigned long long>();
  }
  if (py::isinstance<py::float_>(value)) return value.cast<double>();
  if (py::isinstance<py::str>(value)) return value.cast<std::string>();
  if (PyObject_CheckBuffer(value.ptr()))
    return {{"hex", py::bytes(py::reinterpret_borrow<py::object>(value)).attr("hex")().cast<std::string>()}};
  if (py::hasattr(value, "items")) {
    json out = json::object();
    for (const py::handle item : value.attr("items")()) {
      const auto pair = item.cast<std::pair<py::object, py::object>>();
      out[py::str(pair.first).cast<std::string>()] = to_json(pair.second);
    }
    return out;
  }
  if (py::isinstance<py::list>(value) || py::isinstance<py::tuple>(value)) {
    json out = json::array();
    for (const py::handle item : value) out.push_back(to_json(item));
    return out;
  }
  throw py::type_error("not plain data: " + py::repr(value).cast<std::string>());
}

py::object from_json(const json& value) {
  switch (value.type()) {
    case json::value_t::boolean:
      return py::bool_(value.get<bool>());
    case json::value_t::number_integer:
      return py::int_(value.get<long long>());
    case json::value_t::number_unsigned:
      return py::int_(value.get<unsigned long long>());
    case json::value_t::number_float:
      return py::float_(value.get<double>());
    case json::value_t::string:
      return py::str(value.get<std::string>());
    case json::value_t::array: {
      py::list out;
      for (const json& item : value) out.append(from_json(item));
      return out;
    }
    case json::value_t::object: {
      py::dict out;
      for (const auto& [key, item] : value.items()) out[py::str(key)] = from_json(item);
      return out;
    }
    default:
      return py::none();
  }
}

}  // namespace dfs::python
