#include <pybind11/stl.h>

#include "python/bindings/server/python_stores.h"

namespace dfs::python {

namespace py = pybind11;
using fs::FsError;

namespace {

// The change has happened; what is left is to record how much space the file takes now.
class SpaceEdit final : public fs::ContentEdit {
 public:
  explicit SpaceEdit(u64 space) : space_(space) {}
  FsError apply(fs::MetadataTxn&, fs::Inode& inode) override {
    inode.space_used = space_;
    return FsError::ok;
  }

 private:
  u64 space_;
};

template <class F>
FsError guarded(F fn) {
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

}  // namespace

PythonContent::~PythonContent() {
  // What remove() posted refers to this store; when the thread has got as far as here, all of it has run.
  thread_.call_and_wait([] { return 0; });
  py::gil_scoped_acquire gil;
  store_ = py::object();
}

template <class... Args>
Task<fs::ContentChange> PythonContent::change(const char* method, fs::Inode file, Args... args) {
  std::optional<u64> space;
  const FsError e = co_await thread_.call([&]() -> FsError {
    return guarded([&] { space = store_.attr(method)(file, args...).template cast<std::optional<u64>>(); });
  });
  fs::ContentChange out;
  out.error = e;
  if (e == FsError::ok && space) {
    used_ += *space - file.space_used;
    out.edit = std::make_unique<SpaceEdit>(*space);
  }
  co_return out;
}

Async<fs::ContentRead> PythonContent::read(const fs::Inode& file, u64 offset, u32 length) {
  if (crashed_) return fs::ContentRead{FsError::io, {}};
  return thread_.call([this, file, offset, length]() -> fs::ContentRead {
    fs::ContentRead out;
    out.error = guarded([&] {
      const auto bytes = store_.attr("read")(file, offset, length).cast<std::string>();
      if (bytes.size() != length) {
        PySys_WriteStderr("dittofs: read() returned %zu bytes in place of %u\n", bytes.size(), length);
        out.error = FsError::corrupt;
        return;
      }
      if (length != 0) out.data.push_back(Slice::copy_of(bytes.data(), length));
    });
    if (out.error == FsError::ok && total_size(out.data) != length) out.error = FsError::corrupt;
    return out;
  });
}

Async<fs::ContentChange> PythonContent::write(const fs::Inode& file, u64 offset, SliceList& data) {
  if (crashed_) return fs::ContentChange{FsError::io, {}};
  return [](PythonContent& self, fs::Inode f, u64 at, SliceList& slices) -> Task<fs::ContentChange> {
    const SliceList mine = std::move(slices);
    std::optional<u64> space;
    const FsError e = co_await self.thread_.call([&]() -> FsError {
      const std::string flat = flatten(mine);
      return guarded(
          [&] { space = self.store_.attr("write")(f, at, py::bytes(flat)).cast<std::optional<u64>>(); });
    });
    fs::ContentChange out;
    out.error = e;
    if (e == FsError::ok && space) {
      self.used_ += *space - f.space_used;
      out.edit = std::make_unique<SpaceEdit>(*space);
    }
    co_return out;
  }(*this, file, offset, data);
}

Async<fs::ContentChange> PythonContent::truncate(const fs::Inode& file, u64 new_size) {
  if (crashed_) return fs::ContentChange{FsError::io, {}};
  return change("truncate", file, new_size);
}

Async<fs::ContentChange> PythonContent::deallocate(const fs::Inode& file, u64 offset, u64 length) {
  if (crashed_) return fs::ContentChange{FsError::io, {}};
  return change("deallocate", file, offset, length);
}

Async<fs::ContentChange> PythonContent::clone(const fs::Inode& from, u64 from_offset, const fs::Inode& to,
                                              u64 to_offset, u64 length) {
  if (crashed_) return fs::ContentChange{FsError::io, {}};
  return change("clone_from", to, to_offset, from, from_offset, length);
}

Async<Result<fs::Extent, FsError>> PythonContent::extent(const fs::Inode& file, u64 offset) {
  return thread_.call([this, file, offset]() -> Result<fs::Extent, FsError> {
    fs::Extent out{};
    const FsError e = guarded([&] {
      const auto t = store_.attr("extent")(file, offset).cast<std::tuple<u64, u64, bool>>();
      out = {std::get<0>(t), std::get<1>(t), std::get<2>(t)};
    });
    if (e != FsError::ok) return failure(e);
    return out;
  });
}

FsError PythonContent::remove(fs::MetadataTxn& txn, const fs::Inode& file) {
  // Inside another store's transaction, perhaps on a loop: the script hears of it once that is done.
  txn.on_commit([this, file] {
    used_ -= file.space_used;
    thread_.post([this, file] { (void)guarded([&] { store_.attr("remove")(file); }); });
  });
  return FsError::ok;
}

fs::FsStat PythonContent::statfs() const {
  const u64 used = std::min(used_.load(), capacity_);
  return {capacity_, capacity_ - used, capacity_ - used, 0, 0, 0};
}

}  // namespace dfs::python
