#pragma once

#include "engine/base/trace.h"
#include "engine/fs/content_store.h"

namespace dfs::fs {

// Tells a trace what is asked of a pair of stores and what they answer: store.view, store.update,
// store.durable; store.read, store.write and so on, with file, offset, bytes and error. A trace nobody
// listens to costs one relaxed load a call.

// Neither store nor trace is owned.
class TraceMetadata final : public MetadataStore {
 public:
  TraceMetadata(MetadataStore& inner, Trace& trace) : inner_(inner), trace_(trace) {}

  const char* kind() const override { return inner_.kind(); }
  Async<FsError> read(ReadFn fn) override;
  Async<FsError> update(UpdateFn fn, CommitSeq* seq = nullptr) override;
  Async<FsError> wait_durable(CommitSeq seq) override;
  CommitSeq last_seq() const override { return inner_.last_seq(); }
  bool durable() const override { return inner_.durable(); }
  void set_commit_barrier(UniqueFunction<FsError()> barrier) override;
  void crash() override;
  FsError close() override { return inner_.close(); }

 private:
  MetadataStore& inner_;
  Trace& trace_;
};

class TraceContent final : public ContentStore {
 public:
  TraceContent(ContentStore& inner, Trace& trace) : inner_(inner), trace_(trace) {}

  const char* kind() const override { return inner_.kind(); }
  Async<ContentRead> read(const Inode& file, u64 offset, u32 length) override;
  Async<ContentChange> write(const Inode& file, u64 offset, SliceList& data) override;
  Async<ContentChange> truncate(const Inode& file, u64 new_size) override;
  Async<ContentChange> deallocate(const Inode& file, u64 offset, u64 length) override;
  Async<ContentChange> clone(const Inode& from, u64 from_offset, const Inode& to, u64 to_offset,
                             u64 length) override;
  u64 clone_unit() const override { return inner_.clone_unit(); }
  Async<Result<Extent, FsError>> extent(const Inode& file, u64 offset) override;
  FsError remove(MetadataTxn& txn, const Inode& file) override;
  FsError sync() override;
  FsStat statfs() const override { return inner_.statfs(); }
  FsError check(MetadataView& view, bool deep, FindingSink report) override {
    return inner_.check(view, deep, report);
  }
  void crash() override;
  FsError close() override { return inner_.close(); }

 private:
  ContentStore& inner_;
  Trace& trace_;
};

}  // namespace dfs::fs
