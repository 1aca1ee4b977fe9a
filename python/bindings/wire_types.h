#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "engine/wire/desc.h"

namespace dfs::python {

namespace py = pybind11;

// How a structure, union or enumeration looks in Python: a generated class whose instances keep their
// attributes in slots. Slots are read and written at their offsets, without a look-up by name.
struct PythonType {
  PyTypeObject* cls = nullptr;
  std::vector<PyObject*> names;      // of the attributes: fields, or the discriminant and the arms
  std::vector<Py_ssize_t> offsets;   // of the attributes in an instance
  std::vector<u32> arm_attributes;   // union: attribute of each ArmDesc; 0 for a void arm
  PyObject* enum_members = nullptr;  // enumeration: dict of value -> member
};

// Which Python class stands for which TypeDesc. Each extension module has one: the tables are linked into
// each. Everything it holds lives as long as the process, so that nothing is released after the interpreter
// is gone. Used with the GIL held.
class TypeMap {
 public:
  // The classes of `schema` are in the Python module `module`, which is imported on first use; those of
  // schemas that it imports in `dittofs.wire`. `schema` must outlive the map.
  void add(const wire::Schema& schema, const std::string& module);

  // For kinds structure, union_ and enumeration.
  const PythonType& python_type(const wire::TypeDesc& type);

  // What `handle` stands for: a generated class, a `Type`, or "schema.name"; a builtin has the schema "".
  const wire::TypeDesc& find(py::handle handle);

  const std::vector<const wire::Schema*>& schemas() const { return schemas_; }

 private:
  struct Named {
    const wire::TypeDesc* type;
    std::string module;
  };
  void add_imported(const wire::Schema& schema);
  const wire::TypeDesc& find_name(const std::string& name) const;
  PythonType load(const wire::TypeDesc& type) const;

  std::vector<const wire::Schema*> schemas_;
  std::unordered_map<std::string, Named> by_name_;                      // "nfs3.READ3args"
  std::unordered_map<const wire::TypeDesc*, std::string> modules_;      // where a type's class is
  std::unordered_map<const wire::TypeDesc*, PythonType> python_types_;  // filled on first use
  std::unordered_map<PyObject*, const wire::TypeDesc*> classes_;        // seen by find() before
};

}  // namespace dfs::python
