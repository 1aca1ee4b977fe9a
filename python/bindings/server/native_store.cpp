#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <cstring>

#include "engine/loop/workers.h"
#include "engine/stores/common/folders.h"
#include "engine/stores/file/file_content.h"
#include "engine/stores/lmdb/lmdb_metadata.h"
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

// The two halves of a store, and what they work with. Whoever is in a call has a reference of its own.
struct Halves {
  Random random{1};
  std::unique_ptr<Workers> workers;
  std::unique_ptr<fs::MetadataStore> metadata;
  std::unique_ptr<fs::ContentStore> content;

  Halves() = default;
  Halves(const Halves&) = delete;
  Halves& operator=(const Halves&) = delete;
  // Nothing is lost when it has been closed before; destructors do not wait for disks.
  ~Halves() {
    if (metadata) metadata->crash();
    if (content) content->crash();
  }
};

// One call of a thread at a time: what a transaction's function calls would wait for the transaction for
// ever.
struct OneCall {
  static bool& under_way() {
    thread_local bool flag = false;
    return flag;
  }
  OneCall() {
    if (std::exchange(under_way(), true)) throw std::runtime_error("this thread is in a transaction already");
  }
  ~OneCall() { under_way() = false; }
};

// A store of the engine, alone: no server, no socket. Transactions run on the calling thread.
class NativeStore {
 public:
  explicit NativeStore(std::shared_ptr<Halves> halves) : halves_(std::move(halves)) {}

  std::shared_ptr<Halves> halves() const {
    if (halves_) return halves_;
    if (crashed_) raise(FsError::io);
    throw std::runtime_error("the store is closed");
  }
  // Calls of other threads that go on fail from now on; the store can be opened again once they have ended.
  void close() {
    const OneCall one;
    FsError content = FsError::ok, metadata = FsError::ok;
    {
      auto last = std::exchange(halves_, nullptr);
      py::gil_scoped_release release;
      if (last) content = last->content->close();
      if (last) metadata = last->metadata->close();
      last.reset();
    }
    if (content != FsError::ok) raise(content);
    if (metadata != FsError::ok) raise(metadata);
  }
  void crash() {
    const OneCall one;
    auto last = std::exchange(halves_, nullptr);
    crashed_ = true;
    py::gil_scoped_release release;
    if (last) last->metadata->crash();
    if (last) last->content->crash();
    last.reset();
  }

 private:
  std::shared_ptr<Halves> halves_;
  bool crashed_ = false;
};
struct MemoryStore : NativeStore {
  using NativeStore::NativeStore;
};
struct LmdbStore : NativeStore {
  using NativeStore::NativeStore;
};

// Makes a call and waits for it without the GIL: what it waits for may be another thread's transaction.
template <class F>
auto wait(F call) {
  py::gil_scoped_release release;
  return run_blocking(call());
}

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

MetadataView::Table table_of(int number) {
  if (number < 0 || number >= static_cast<int>(MetadataView::kTables))
    throw py::value_error("there is no table " + std::to_string(number));
  return static_cast<MetadataView::Table>(number);
}

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
  const OneCall one;
  const auto halves = s.halves();
  py::object result;
  std::exception_ptr thrown;
  auto body = [&](auto& view) -> FsError {
    py::gil_scoped_acquire acquire;
    MetadataTxn* writable = nullptr;
    if constexpr (Update) writable = &view;
    const auto handle = std::make_shared<Txn>(Txn{&view, writable});
    FsError e = FsError::ok;
    thrown = nullptr;
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
    e = wait([&] { return halves->metadata->update(body); });
  else
    e = wait([&] { return halves->metadata->read(body); });
  if (thrown) std::rethrow_exception(thrown);
  if (e != FsError::ok) raise(e);
  return result;
}

void bind_txn(py::module_& m) {
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
             auto r = t.live().row(table_of(table), key);
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
      .def("put_row", [](Txn& t, int table, const std::string& key,
                         const std::string& value) { t.writable().put_row(table_of(table), key, value); })
      .def("erase_row",
           [](Txn& t, int table, const std::string& key) { t.writable().erase_row(table_of(table), key); });
}

py::bytes read_data(NativeStore& s, const fs::Inode& file, u64 offset, u32 length) {
  const OneCall one;
  const auto halves = s.halves();
  auto r = wait([&] { return halves->content->read(file, offset, length); });
  if (r.error != FsError::ok) raise(r.error);
  return py::bytes(flatten(r.data));
}

fs::Inode write_data(NativeStore& s, const fs::Inode& file, u64 offset, const std::string& data) {
  const OneCall one;
  const auto halves = s.halves();
  SliceList slices{Slice::copy_of(data.data(), static_cast<u32>(data.size()))};
  auto change = wait([&] { return halves->content->write(file, offset, slices); });
  if (change.error != FsError::ok) raise(change.error);
  fs::Inode out = file;
  auto apply = [&](MetadataTxn& txn) -> FsError {
    out = file;
    out.size = std::max(out.size, offset + data.size());
    const FsError e = change.edit ? change.edit->apply(txn, out) : FsError::ok;
    if (e == FsError::ok) txn.put_inode(out);
    return e;
  };
  const FsError e = wait([&] { return halves->metadata->update(apply); });
  if (e != FsError::ok) raise(e);
  return out;
}

std::shared_ptr<Halves> open_memory(u64 capacity) {
  auto h = std::make_shared<Halves>();
  h->metadata = std::make_unique<stores::MemoryMetadata>(h->random);
  h->content = std::make_unique<stores::MemoryContent>(capacity);
  return h;
}

std::shared_ptr<Halves> open_lmdb(const std::string& folder, bool verify, double flush_after) {
  py::gil_scoped_release release;
  if (const int e = stores::make_folders(folder); e != 0)
    throw std::runtime_error("cannot make the folder " + folder + ": " + std::strerror(e));
  auto h = std::make_shared<Halves>();
  h->workers = std::make_unique<Workers>(1);
  stores::LmdbOptions options;
  options.verify = verify;
  options.flush_after = std::chrono::milliseconds(static_cast<i64>(flush_after * 1000));
  auto metadata = stores::LmdbMetadata::open(folder, options);
  if (!metadata) throw std::runtime_error(metadata.error());
  h->metadata = std::move(*metadata);
  auto content = stores::FileContent::open(folder + "/content", *h->metadata, *h->workers, {});
  if (!content) throw std::runtime_error(content.error());
  h->content = std::move(*content);
  // The data that a commit names is durable before it.
  h->metadata->set_commit_barrier([c = h->content.get()] { return c->sync(); });
  return h;
}

void wait_durable(LmdbStore& s) {
  const OneCall one;
  const auto halves = s.halves();
  const FsError e = wait([&] { return halves->metadata->wait_durable(halves->metadata->last_seq()); });
  if (e != FsError::ok) raise(e);
}

u64 commits(const LmdbStore& s) {
  return static_cast<const stores::LmdbMetadata&>(*s.halves()->metadata).commits();
}

}  // namespace

void bind_native_stores(py::module_& m) {
  bind_txn(m);
  py::class_<NativeStore>(m, "NativeStore", "A store of the engine, usable alone.")
      .def("read", transact<false>, py::arg("fn"),
           "fn(transaction) on a consistent view; returns what fn returns.")
      .def("update", transact<true>, py::arg("fn"),
           "fn(transaction), all or nothing; returns what fn returns. It may run more than once.")
      .def("read_data", read_data, py::arg("file"), py::arg("offset"), py::arg("length"))
      .def("write_data", write_data, py::arg("file"), py::arg("offset"), py::arg("data"),
           "Writes and records size and space; returns the inode as it is now.");
  py::class_<MemoryStore, NativeStore>(m, "MemoryStore", "The engine's memory store, usable alone.")
      .def(py::init([](u64 capacity) { return std::make_unique<MemoryStore>(open_memory(capacity)); }),
           py::arg("capacity") = u64{1} << 40);
  py::class_<LmdbStore, NativeStore>(
      m, "LmdbStore",
      "The engine's durable store, LMDB and files in a folder, usable alone while no server uses it.")
      .def(py::init([](const std::string& folder, bool verify, double flush_after) {
             return std::make_unique<LmdbStore>(open_lmdb(folder, verify, flush_after));
           }),
           py::arg("folder"), py::kw_only(), py::arg("verify") = true, py::arg("flush_after") = 0.2,
           "Makes it where it is not there; RuntimeError with a sentence where it is in use or damaged. What "
           "nobody "
           "waits for is durable `flush_after` seconds later.")
      .def("wait_durable", wait_durable, "Returns when every update so far is on stable storage.")
      .def_property_readonly("commits", commits,
                             "Database transactions so far; fewer than updates that share one.")
      .def("crash", &LmdbStore::crash,
           "What is not durable is lost, as in a power cut, and every call is StoreError(\"io\").")
      .def("close", &LmdbStore::close,
           "Makes everything durable; the folder can be opened again. Without it, it ends as if it crashed.")
      .def("__enter__", [](py::object self) { return self; })
      .def("__exit__", [](LmdbStore& s, const py::args&) { s.close(); });
}

}  // namespace dfs::python
