#include <pybind11/stl.h>

#include "python/bindings/server/python_stores.h"

namespace dfs::python {

namespace py = pybind11;
using fs::FsError;

FsError error_from_python(py::error_already_set& e) {
  if (py::hasattr(e.value(), "fs_error")) return static_cast<FsError>(e.value().attr("fs_error").cast<u32>());
  e.restore();
  PyErr_Print();
  return FsError::io;
}

namespace {

py::bytes bytes_of(std::string_view s) { return py::bytes(s.data(), s.size()); }

// A transaction over a Python store; lives on the callback thread, with the GIL. Changes have no way to fail,
// so the first exception is kept and ends the transaction.
class PythonTxn final : public fs::MetadataTxn {
 public:
  explicit PythonTxn(py::object& store) : store_(store) {}
  FsError error = FsError::ok;
  void commit_hooks() { run_commit_hooks(); }

  Result<fs::Inode, FsError> inode(fs::FileId id) override { return optional<fs::Inode>("inode", id.value); }
  Result<fs::Dirent, FsError> lookup(fs::FileId dir, std::string_view name) override {
    return optional<fs::Dirent>("lookup", dir.value, bytes_of(name));
  }
  FsError scan(fs::FileId dir, fs::Cookie after, bool with_inodes, EntryVisitor visit) override {
    return guarded([&] {
      for (py::handle item : store_.attr("scan")(dir.value, after)) {
        const auto pair = item.cast<std::pair<py::bytes, fs::Dirent>>();
        std::optional<fs::Inode> node;
        if (with_inodes) {
          if (auto found = inode(pair.second.id)) node = *found;
        }
        if (!visit(std::string(pair.first), pair.second, node ? &*node : nullptr)) return;
      }
    });
  }
  Result<std::string, FsError> row(Table table, std::string_view key) override {
    return optional<std::string>("row", static_cast<int>(table), bytes_of(key));
  }
  FsError rows(Table table, std::string_view prefix, std::string_view after, RowVisitor visit) override {
    return guarded([&] {
      for (py::handle item :
           store_.attr("rows")(static_cast<int>(table), bytes_of(prefix), bytes_of(after))) {
        const auto pair = item.cast<std::pair<std::string, std::string>>();
        if (!visit(pair.first, pair.second)) return;
      }
    });
  }
  FsError inodes(fs::FileId after, InodeVisitor visit) override {
    return guarded([&] {
      for (py::handle item : store_.attr("all_inodes")(after.value))
        if (!visit(item.cast<fs::Inode>())) return;
    });
  }
  u64 inode_count() override {
    u64 n = 0;
    keep(guarded([&] { n = store_.attr("inode_count")().cast<u64>(); }));
    return n;
  }
  fs::FileId new_id() override {
    u64 id = 0;
    keep(guarded([&] { id = store_.attr("new_id")().cast<u64>(); }));
    return fs::FileId{id};
  }
  void put_inode(const fs::Inode& inode) override { call("put_inode", inode); }
  void erase_inode(fs::FileId id) override { call("erase_inode", id.value); }
  void put_dirent(fs::FileId dir, std::string_view name, const fs::Dirent& entry) override {
    call("put_dirent", dir.value, bytes_of(name), entry);
  }
  void erase_dirent(fs::FileId dir, std::string_view name) override {
    call("erase_dirent", dir.value, bytes_of(name));
  }
  void put_row(Table table, std::string_view key, std::string_view value) override {
    call("put_row", static_cast<int>(table), bytes_of(key), bytes_of(value));
  }
  void erase_row(Table table, std::string_view key) override {
    call("erase_row", static_cast<int>(table), bytes_of(key));
  }

  template <class F>
  static FsError guarded(F fn) {
    try {
      fn();
      return FsError::ok;
    } catch (py::error_already_set& e) {
      return error_from_python(e);
    } catch (const py::cast_error& e) {
      PySys_WriteStderr("dittofs: a store returned something of the wrong type: %s\n", e.what());
      return FsError::io;
    }
  }
  template <class... Args>
  void call(const char* method, Args&&... args) {
    keep(guarded([&] { store_.attr(method)(std::forward<Args>(args)...); }));
  }

 private:
  // None is "there is no such row".
  template <class T, class... Args>
  Result<T, FsError> optional(const char* method, Args&&... args) {
    std::optional<T> found;
    const FsError e = guarded(
        [&] { found = store_.attr(method)(std::forward<Args>(args)...).template cast<std::optional<T>>(); });
    if (e != FsError::ok) return failure(e);
    if (!found) return failure(FsError::not_found);
    return *found;
  }
  void keep(FsError e) {
    if (error == FsError::ok) error = e;
  }
  py::object& store_;
};

}  // namespace

PythonMetadata::~PythonMetadata() {
  py::gil_scoped_acquire gil;
  store_ = py::object();
}

Async<FsError> PythonMetadata::read(ReadFn fn) {
  if (crashed_) return FsError::io;
  return thread_.call([this, fn]() -> FsError {
    PythonTxn view(store_);
    const FsError e = fn(view);
    return e != FsError::ok ? e : view.error;
  });
}

Async<FsError> PythonMetadata::update(UpdateFn fn, fs::CommitSeq* seq) {
  if (crashed_) return FsError::io;
  return thread_.call([this, fn, seq]() -> FsError {
    PythonTxn txn(store_);
    txn.call("begin");
    FsError e = fn(txn);
    if (e == FsError::ok) e = txn.error;
    txn.call(e == FsError::ok ? "commit" : "rollback");
    if (e == FsError::ok) e = txn.error;
    if (e != FsError::ok) return e;
    txn.commit_hooks();
    const fs::CommitSeq now = ++seq_;
    if (seq != nullptr) *seq = now;
    return FsError::ok;
  });
}

}  // namespace dfs::python
