// Descriptions that only tests have, as capsules for dittofs._wire.register_schema().
#include <Python.h>

#include "xdr-gen/tests/run/rfc4506.h"
#include "xdr-gen/tests/run/torture.h"

namespace {

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "wire_test_schemas", nullptr, -1, nullptr, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit_wire_test_schemas() {
  PyObject* module = PyModule_Create(&definition);
  if (module == nullptr) return nullptr;
  for (const dfs::wire::Schema* schema : {&dfs::test::rfc4506::schema, &dfs::test::torture::schema})
    PyModule_AddObject(module, schema->name,
                       PyCapsule_New(const_cast<dfs::wire::Schema*>(schema), nullptr, nullptr));
  return module;
}
