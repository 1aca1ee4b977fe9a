#include "engine/fs/error.h"
#include "python/bindings/server/bindings.h"

namespace dfs::python {
namespace {

namespace py = pybind11;

fault::Trigger trigger_from(const py::dict& d) {
  fault::Trigger t;
  for (auto [key, value] : d) {
    const auto name = key.cast<std::string>();
    if (name == "conn")
      t.conn = value.cast<u64>();
    else if (name == "file")
      t.file = value.cast<u64>();
    else if (name == "uid")
      t.uid = value.cast<u32>();
    else if (name == "xid")
      t.xid = value.cast<u32>();
    else if (name == "name")
      t.name = value.cast<std::string>();
    else if (name == "proc")
      t.proc = value.cast<std::string>();
    else if (name == "nth")
      t.nth = value.cast<u64>();
    else if (name == "first")
      t.first = value.cast<u64>();
    else if (name == "every")
      t.every = value.cast<u64>();
    else if (name == "after")
      t.after = value.cast<u64>();
    else if (name == "after_bytes")
      t.after_bytes = value.cast<u64>();
    else if (name == "limit")
      t.limit = value.cast<u64>();
    else if (name == "chance")
      t.chance = value.cast<double>();
    else
      throw py::value_error("there is no trigger " + name);
  }
  return t;
}

std::shared_ptr<const fault::Edit> edit_from(const py::dict& action) {
  fault::Edit edit;
  if (action.contains("path")) edit.path = action["path"].cast<std::string>();
  if (action.contains("value")) {
    const py::object value = action["value"];
    if (py::isinstance<py::bytes>(value))
      edit.value = value.cast<std::string>();
    else
      edit.value = static_cast<i64>(PyLong_AsUnsignedLongLongMask(value.ptr()));
  }
  if (action.contains("wire")) edit.wire = action["wire"].cast<bool>();
  return std::make_shared<const fault::Edit>(std::move(edit));
}

}  // namespace

u64 arm_rule(fault::Registry& registry, const std::string& point, const py::dict& trigger,
             const py::dict& action) {
  const auto name = fault::parse_point(point);
  if (!name) {
    std::string known;
    for (const auto& p : fault::kPoints) known += std::string("\n  ") + p.name;
    throw py::value_error("there is no point " + point + "; there are:" + known);
  }
  fault::Action a;
  const auto kind = action["kind"].cast<std::string>();
  if (!fault::parse_action_kind(kind, a.kind)) throw py::value_error("there is no action " + kind);
  if (action.contains("number")) a.number = action["number"].cast<i64>();
  if (action.contains("seconds")) a.seconds = action["seconds"].cast<double>();
  if (fault::group_of(a.kind) == fault::kChange) a.edit = edit_from(action);
  auto id = registry.arm({*name, trigger_from(trigger), a});
  if (!id) throw py::value_error(id.error());
  return *id;
}

void bind_faults(py::module_& m) {
  m.def(
      "fault_points",
      [] {
        py::list out;
        for (const auto& p : fault::kPoints) {
          py::list actions;
          for (int k = 0; k < fault::kActionKinds; ++k)
            if (p.actions & fault::group_of(static_cast<fault::ActionKind>(k)))
              actions.append(fault::name(static_cast<fault::ActionKind>(k)));
          out.append(py::make_tuple(p.name, actions));
        }
        return out;
      },
      "Every fault point with the actions it accepts.");
  m.def(
      "fs_errors",
      [] {
        py::dict out;
        for (u32 i = 0; i < fs::kFsErrorCount; ++i) out[fs::name(static_cast<fs::FsError>(i))] = i;
        return out;
      },
      "The errors a store call can be made to fail with, name to number.");
}

}  // namespace dfs::python
