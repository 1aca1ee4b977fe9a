#include "python/bindings/wire_types.h"

#include <fmt/format.h>
#include <structmember.h>

#include <algorithm>
#include <string_view>

namespace dfs::python {
namespace {

// The offset of the slot `name`; throws when the class keeps it elsewhere.
Py_ssize_t slot_offset(py::handle cls, py::handle name) {
  py::object descriptor = cls.attr("__dict__")[name];
  if (Py_TYPE(descriptor.ptr()) != &PyMemberDescr_Type)
    throw py::type_error(
        fmt::format("{} is not a slot of {}", std::string(py::str(name)), std::string(py::str(cls))));
  return reinterpret_cast<PyMemberDescrObject*>(descriptor.ptr())->d_member->offset;
}

// Several case labels of one arm share its attribute: attributes are numbered by name, in order, after the
// discriminant.
std::vector<u32> number_arms(const wire::TypeDesc& u) {
  std::vector<std::string_view> seen;
  std::vector<u32> numbers;
  for (u32 i = 0; i < u.arm_count; ++i) {
    if (u.arms[i].name == nullptr) {
      numbers.push_back(0);
      continue;
    }
    auto found = std::find(seen.begin(), seen.end(), u.arms[i].name);
    if (found == seen.end()) found = seen.insert(seen.end(), u.arms[i].name);
    numbers.push_back(static_cast<u32>(found - seen.begin()) + 1);
  }
  return numbers;
}

}  // namespace

void TypeMap::add(const wire::Schema& schema, const std::string& module) {
  schemas_.push_back(&schema);
  for (u32 i = 0; i < schema.import_count; ++i) add_imported(*schema.imports[i]);
  for (u32 i = 0; i < schema.type_count; ++i) {
    const wire::TypeDesc* type = schema.types[i];
    by_name_[fmt::format("{}.{}", schema.name, type->name)] = {type, module};
    modules_[type] = module;
  }
}

// Another extension module has its own copy of the tables: the same classes stand for them.
void TypeMap::add_imported(const wire::Schema& schema) {
  for (u32 i = 0; i < schema.type_count; ++i)
    modules_.emplace(schema.types[i], std::string("dittofs.wire.") + schema.name);
  for (u32 i = 0; i < schema.import_count; ++i) add_imported(*schema.imports[i]);
}

const PythonType& TypeMap::python_type(const wire::TypeDesc& type) {
  auto found = python_types_.find(&type);
  if (found == python_types_.end()) found = python_types_.emplace(&type, load(type)).first;
  return found->second;
}

PythonType TypeMap::load(const wire::TypeDesc& type) const {
  const auto module = modules_.find(&type);
  if (module == modules_.end()) throw py::type_error(fmt::format("no module has the type {}", type.name));
  py::object cls = py::module_::import(module->second.c_str()).attr("types")[type.name];
  PythonType out;
  out.cls = reinterpret_cast<PyTypeObject*>(cls.inc_ref().ptr());
  if (type.kind == wire::Kind::enumeration) {
    out.enum_members = py::dict(cls.attr("_value2member_map_")).release().ptr();
    return out;
  }
  for (py::handle name : cls.attr("__slots__")) {
    out.names.push_back(name.inc_ref().ptr());
    out.offsets.push_back(slot_offset(cls, name));
  }
  if (type.kind == wire::Kind::union_) out.arm_attributes = number_arms(type);
  return out;
}

const wire::TypeDesc& TypeMap::find(py::handle handle) {
  if (auto found = classes_.find(handle.ptr()); found != classes_.end()) return *found->second;
  if (py::isinstance<py::str>(handle)) return find_name(py::cast<std::string>(handle));
  if (!py::hasattr(handle, "__xdr__"))
    throw py::type_error(fmt::format("{} is not an XDR type", std::string(py::repr(handle))));
  const auto [schema, name] = py::cast<std::pair<std::string, std::string>>(handle.attr("__xdr__"));
  const wire::TypeDesc& type = find_name(schema.empty() ? name : schema + "." + name);
  if (PyType_Check(handle.ptr()))
    classes_[handle.inc_ref().ptr()] = &type;  // classes stay, a Type may be made anew
  return type;
}

const wire::TypeDesc& TypeMap::find_name(const std::string& name) const {
  if (auto found = by_name_.find(name); found != by_name_.end()) return *found->second.type;
  for (const wire::TypeDesc* builtin :
       {&wire::int_desc, &wire::unsigned_int_desc, &wire::hyper_desc, &wire::unsigned_hyper_desc,
        &wire::float_desc, &wire::double_desc, &wire::bool_desc})
    if (name == builtin->name) return *builtin;
  throw py::type_error(fmt::format("there is no XDR type '{}'", name));
}

}  // namespace dfs::python
