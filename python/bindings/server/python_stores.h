#pragma once

#include "engine/fs/content_store.h"
#include "python/bindings/server/callback_thread.h"

namespace dfs::python {

// Stores written in Python (classes dittofs.MetadataStore and dittofs.ContentStore), as the file system sees
// them. `store` is only touched on the callback thread. An exception in a script is printed once and is
// FsError::io, unless it is a dittofs.StoreError, which says which error it stands for.

class PythonMetadata final : public fs::MetadataStore {
 public:
  PythonMetadata(CallbackThread& thread, pybind11::object store)
      : thread_(thread), store_(std::move(store)) {}
  ~PythonMetadata() override;

  const char* kind() const override { return "python"; }
  Async<fs::FsError> read(ReadFn fn) override;
  Async<fs::FsError> update(UpdateFn fn, fs::CommitSeq* seq) override;
  Async<fs::FsError> wait_durable(fs::CommitSeq) override { return fs::FsError::ok; }
  fs::CommitSeq last_seq() const override { return seq_.load(); }
  bool durable() const override { return false; }
  void set_commit_barrier(UniqueFunction<fs::FsError()>) override {}
  void crash() override { crashed_ = true; }
  fs::FsError close() override { return fs::FsError::ok; }

 private:
  CallbackThread& thread_;
  pybind11::object store_;
  std::atomic<fs::CommitSeq> seq_{0};
  std::atomic<bool> crashed_{false};
};

class PythonContent final : public fs::ContentStore {
 public:
  PythonContent(CallbackThread& thread, pybind11::object store, u64 capacity)
      : thread_(thread), store_(std::move(store)), capacity_(capacity) {}
  ~PythonContent() override;

  const char* kind() const override { return "python"; }
  Async<fs::ContentRead> read(const fs::Inode& file, u64 offset, u32 length) override;
  Async<fs::ContentChange> write(const fs::Inode& file, u64 offset, SliceList& data) override;
  Async<fs::ContentChange> truncate(const fs::Inode& file, u64 new_size) override;
  Async<fs::ContentChange> deallocate(const fs::Inode& file, u64 offset, u64 length) override;
  Async<fs::ContentChange> clone(const fs::Inode& from, u64 from_offset, const fs::Inode& to, u64 to_offset,
                                 u64 length) override;
  Async<Result<fs::Extent, fs::FsError>> extent(const fs::Inode& file, u64 offset) override;
  fs::FsError remove(fs::MetadataTxn& txn, const fs::Inode& file) override;
  fs::FsError sync() override { return fs::FsError::ok; }
  fs::FsStat statfs() const override;
  void crash() override { crashed_ = true; }
  fs::FsError close() override { return fs::FsError::ok; }

 private:
  // Calls method(args...), which returns the file's new space, and makes the edit that records it.
  template <class... Args>
  Task<fs::ContentChange> change(const char* method, fs::Inode file, Args... args);

  CallbackThread& thread_;
  pybind11::object store_;
  const u64 capacity_;
  std::atomic<u64> used_{0};
  std::atomic<bool> crashed_{false};
};

// What the exception that is being handled means; prints it when it is none of ours. With the GIL.
fs::FsError error_from_python(pybind11::error_already_set& e);

}  // namespace dfs::python
