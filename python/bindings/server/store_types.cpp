#include <pybind11/stl.h>

#include "python/bindings/server/bindings.h"
#include "python/bindings/server/python_stores.h"

namespace dfs::python {

namespace py = pybind11;

namespace {

template <auto Member>
void time_field(py::class_<fs::Inode>& c, const char* name) {
  c.def_property(
      name, [](const fs::Inode& i) { return std::make_pair((i.*Member).sec, (i.*Member).nsec); },
      [](fs::Inode& i, std::pair<i64, u32> t) {
        i.*Member = {t.first, t.second};
      });
}

}  // namespace

void bind_store_types(py::module_& m) {
  py::class_<fs::Inode> inode(
      m, "Inode", "Everything about an object but its name and data. Times are (seconds, nanoseconds).");
  inode.def(py::init([] { return fs::Inode{}; }))
      .def("copy", [](const fs::Inode& i) { return i; })
      .def_property(
          "id", [](const fs::Inode& i) { return i.id.value; },
          [](fs::Inode& i, u64 v) { i.id = fs::FileId{v}; })
      .def_property(
          "parent", [](const fs::Inode& i) { return i.parent.value; },
          [](fs::Inode& i, u64 v) { i.parent = fs::FileId{v}; })
      .def_property(
          "type", [](const fs::Inode& i) { return static_cast<int>(i.type); },
          [](fs::Inode& i, int v) { i.type = static_cast<fs::FileType>(v); })
      .def_readwrite("generation", &fs::Inode::generation)
      .def_readwrite("mode", &fs::Inode::mode)
      .def_readwrite("nlink", &fs::Inode::nlink)
      .def_readwrite("uid", &fs::Inode::uid)
      .def_readwrite("gid", &fs::Inode::gid)
      .def_readwrite("size", &fs::Inode::size)
      .def_readwrite("space_used", &fs::Inode::space_used)
      .def_readwrite("change", &fs::Inode::change)
      .def_readwrite("rdev_major", &fs::Inode::rdev_major)
      .def_readwrite("rdev_minor", &fs::Inode::rdev_minor)
      .def_readwrite("next_cookie", &fs::Inode::next_cookie)
      .def_readwrite("entries", &fs::Inode::entries)
      .def_readwrite("has_acl", &fs::Inode::has_acl)
      .def_readwrite("has_xattrs", &fs::Inode::has_xattrs);
  time_field<&fs::Inode::atime>(inode, "atime");
  time_field<&fs::Inode::mtime>(inode, "mtime");
  time_field<&fs::Inode::ctime>(inode, "ctime");
  time_field<&fs::Inode::btime>(inode, "btime");
  py::class_<fs::Dirent>(m, "Dirent", "A directory entry: its cookie, the object's id and type.")
      .def(py::init([](u64 cookie, u64 id, int type) {
             return fs::Dirent{cookie, fs::FileId{id}, static_cast<fs::FileType>(type)};
           }),
           py::arg("cookie"), py::arg("id"), py::arg("type"))
      .def_readwrite("cookie", &fs::Dirent::cookie)
      .def_property_readonly("id", [](const fs::Dirent& d) { return d.id.value; })
      .def_property_readonly("type", [](const fs::Dirent& d) { return static_cast<int>(d.type); });
  py::class_<CallbackThread, std::shared_ptr<CallbackThread>>(
      m, "CallbackThread", "Runs scripts for a server: the body of one Python thread.")
      .def(py::init())
      .def("run", &CallbackThread::run)
      .def("stop", &CallbackThread::stop);
}

}  // namespace dfs::python
