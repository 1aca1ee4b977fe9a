#include "python/bindings/server/bindings.h"

PYBIND11_MODULE(_server, m) {
  m.doc() =
      "The server in this process, its clock, fault rules and trace. Use it through the package dittofs.";
  dfs::python::bind_store_types(m);
  dfs::python::bind_native_stores(m);
  dfs::python::bind_handlers(m);
  dfs::python::bind_claims(m);
  dfs::python::bind_server(m);
  dfs::python::bind_faults(m);
}
