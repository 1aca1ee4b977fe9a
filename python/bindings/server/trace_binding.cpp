#include "python/bindings/server/bindings.h"

namespace dfs::python {
namespace {

namespace py = pybind11;

py::dict to_dict(const TraceEvent& e) {
  py::dict d;
  d["seq"] = e.seq;
  d["time"] = e.time;
  d["name"] = e.name();
  d["conn"] = e.conn;
  d["request"] = e.request;
  for (const auto& f : e.fields) {
    if (const auto* number = std::get_if<u64>(&f.value))
      d[f.key] = *number;
    else
      d[f.key] = std::get<std::string>(f.value);
  }
  return d;
}

}  // namespace

py::list trace_since(const Trace& trace, u64 after) {
  py::list out;
  for (const auto& e : trace.since(after)) out.append(to_dict(e));
  return out;
}

py::object trace_wait(Trace& trace, u64 after, const std::string& name, const py::dict& fields,
                      double limit) {
  // Compared in C++, without the GIL: the threads that emit must never wait for Python.
  std::vector<std::pair<std::string, std::variant<u64, std::string>>> wanted;
  for (auto [key, value] : fields) {
    if (py::isinstance<py::str>(value))
      wanted.emplace_back(key.cast<std::string>(), value.cast<std::string>());
    else
      wanted.emplace_back(key.cast<std::string>(), value.cast<u64>());
  }
  auto match = [&](const TraceEvent& e) {
    if (!name.empty() && name != e.name()) return false;
    for (const auto& [key, value] : wanted) {
      if (key == "conn" || key == "request") {
        if (std::get<u64>(value) != (key == "conn" ? e.conn : e.request)) return false;
        continue;
      }
      bool found = false;
      for (const auto& f : e.fields) found |= key == f.key && value == f.value;
      if (!found) return false;
    }
    return true;
  };
  TraceEvent event;
  bool found;
  {
    py::gil_scoped_release release;
    found = trace.wait(after, match, std::chrono::milliseconds(static_cast<i64>(limit * 1000)), &event);
  }
  if (!found) return py::none();
  return to_dict(event);
}

}  // namespace dfs::python
