#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include "engine/stores/mem/memory_content.h"
#include "engine/stores/mem/memory_metadata.h"
#include "python/bindings/server/bindings.h"
#include "python/bindings/server/python_stores.h"

namespace dfs::python {
namespace {

namespace py = pybind11;
using fs::FsError;
using fs::MetadataTxn;
using fs::MetadataView;

[[noreturn]] void raise(FsError e) {
  const py::object type = py::module_::import("dittofs.stores").attr("StoreError");
  PyErr_SetObject(type.ptr(), py::make_tuple(fs::name(e)).ptr());
  throw py::error_already_set();
}

// A store of the engine, alone: no server, no socket. Transactions run on the calling thread.
struct NativeStore {
  Random random{1};
  std::unique_ptr<fs::MetadataStore> metadata;
  std::unique_ptr<fs::ContentStore> content;
};

// What a transaction function is given; dead once the transaction ends.
struct Txn {
  MetadataView* view;
  MetadataTxn* txn;  // null in a read

  MetadataView& live() {
    if (view == nullptr) throw std::runtime_error("the transaction has ended");
    return *view;
  }
  MetadataTxn& writable() {
    live();
    if (txn == nullptr) throw std::runtime_error("this is a read: change things in update()");
    return *txn;
  }
};

py::bytes bytes_of(std::string_view s) { return py::bytes(s.data(), s.size()); }

template <class T>
py::object or_none(const Result<T, FsError>& r) {
  if (r) return py::cast(*r);
  if (r.error() == FsError::not_found) return py::none();
  raise(r.error());
}

// Runs fn(txn) in a transaction; an exception of the function undoes it and goes on to the caller.
template <bool Update>
py::object transact(NativeStore& s, const py::function& fn) {
  py::object result;
  std::exception_ptr thrown;
  auto body = [&](auto& view) -> FsError {
    MetadataTxn* writable = nullptr;
    if constexpr (Update) writable = &view;
    const auto handle = std::make_shared<Txn>(Txn{&view, writable});
    FsError e = FsError::ok;
    try {
      result = fn(handle);
    } catch (...) {
      thrown = std::current_exception();
      e = FsError::io;
    }
    handle->view = nullptr;
    return e;
  };
  FsError e;
  if constexpr (Update)
    e = run_blocking(s.metadata->update(body));
  else
    e = run_blocking(s.metadata->read(body));
  if (thrown) std::rethrow_exception(thrown);
  if (e != FsError::ok) raise(e);
  return result;
}

void bind_txn(py::module_& m) {
  using Table = MetadataView::Table;
  py::class_<Txn, std::shared_ptr<Txn>>(m, "Transaction",
                                        "A consistent view of a store; in update() it also changes it.")
      .def("inode", [](Txn& t, u64 id) { return or_none(t.live().inode(fs::FileId{id})); })
      .def("lookup", [](Txn& t, u64 dir,
                        const std::string& name) { return or_none(t.live().lookup(fs::FileId{dir}, name)); })
      .def(
          "scan",
          [](Txn& t, u64 dir, u64 after) {
            py::list out;
            const FsError e =
                t.live().scan(fs::FileId{dir}, after, false,
                              [&](std::string_view name, const fs::Dirent& d, const fs::Inode*) {
                                out.append(py::make_tuple(bytes_of(name), d));
                                return true;
                              });
            if (e != FsError::ok) raise(e);
            return out;
          },
          py::arg("dir"), py::arg("after") = 0)
      .def("row",
           [](Txn& t, int table, const std::string& key) -> py::object {
             auto r = t.live().row(static_cast<Table>(table), key);
             if (r) return bytes_of(*r);
             if (r.error() == FsError::not_found) return py::none();
             raise(r.error());
           })
      .def("inode_count", [](Txn& t) { return t.live().inode_count(); })
      .def("new_id", [](Txn& t) { return t.writable().new_id().value; })
      .def("put_inode", [](Txn& t, const fs::Inode& i) { t.writable().put_inode(i); })
      .def("erase_inode", [](Txn& t, u64 id) { t.writable().erase_inode(fs::FileId{id}); })
      .def("put_dirent", [](Txn& t, u64 dir, const std::string& name,
                            const fs::Dirent& d) { t.writable().put_dirent(fs::FileId{dir}, name, d); })
      .def("erase_dirent",
           [](Txn& t, u64 dir, const std::string& name) { t.writable().erase_dirent(fs::FileId{dir}, name); })
      .def("put_row",
           [](Txn& t, int table, const std::string& key, const std::string& value) {
             t.writable().put_row(static_cast<Table>(table), key, value);
           })
      .def("erase_row", [](Txn& t, int table, const std::string& key) {
        t.writable().erase_row(static_cast<Table>(table), key);
      });
}

}  // namespace

void bind_native_stores(py::module_& m) {
  bind_txn(m);
  py::class_<NativeStore>(m, "MemoryStore", "The engine's memory store, usable alone.")
      .def(py::init([](u64 capacity) {
             auto s = std::make_unique<NativeStore>();
             s->metadata = std::make_unique<stores::MemoryMetadata>(s->random);
             s->content = std::make_unique<stores::MemoryContent>(capacity);
             return s;
           }),
           py::arg("capacity") = u64{1} << 40)
      .def("read", transact<false>, py::arg("fn"),
           "fn(transaction) on a consistent view; returns what fn returns.")
      .def("update", transact<true>, py::arg("fn"),
           "fn(transaction), all or nothing; returns what fn returns.")
      .def(
          "read_data",
          [](NativeStore& s, const fs::Inode& file, u64 offset, u32 length) {
            auto r = run_blocking(s.content->read(file, offset, length));
            if (r.error != FsError::ok) raise(r.error);
            return py::bytes(flatten(r.data));
          },
          py::arg("file"), py::arg("offset"), py::arg("length"))
      .def(
          "write_data",
          [](NativeStore& s, const fs::Inode& file, u64 offset, const std::string& data) {
            SliceList slices{Slice::copy_of(data.data(), static_cast<u32>(data.size()))};
            auto change = run_blocking(s.content->write(file, offset, slices));
            if (change.error != FsError::ok) raise(change.error);
            fs::Inode out = file;
            auto apply = [&](MetadataTxn& txn) -> FsError {
              out.size = std::max(out.size, offset + data.size());
              const FsError e = change.edit ? change.edit->apply(txn, out) : FsError::ok;
              if (e == FsError::ok) txn.put_inode(out);
              return e;
            };
            if (const FsError e = run_blocking(s.metadata->update(apply)); e != FsError::ok) raise(e);
            return out;
          },
          py::arg("file"), py::arg("offset"), py::arg("data"),
          "Writes and records size and space; returns the inode as it is now.");
}

}  // namespace dfs::python
