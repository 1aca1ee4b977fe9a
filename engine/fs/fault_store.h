#pragma once

#include "engine/fault/registry.h"
#include "engine/fs/content_store.h"

namespace dfs::fs {

// Puts the points store.<call>.before|after and store.txn.commit.before|after in front of any pair of stores.
// `before` refuses the call; `after` lets it happen and then reports the error: applied, but not answered so.
// Calls of the metadata store are named view, update and durable; of the content store read, write, truncate,
// deallocate, clone, extent and sync. Unarmed, a call costs two relaxed loads more.

// Tells the registry which calls there are, so that a typing error is refused when armed.
void declare_store_points(fault::Registry& faults);

// Neither store nor registry is owned.
class FaultMetadata final : public MetadataStore {
 public:
  FaultMetadata(MetadataStore& inner, fault::Registry& faults) : inner_(inner), faults_(faults) {}

  const char* kind() const override { return inner_.kind(); }
  Async<FsError> read(ReadFn fn) override;
  Async<FsError> update(UpdateFn fn, CommitSeq* seq = nullptr) override;
  Async<FsError> wait_durable(CommitSeq seq) override;
  CommitSeq last_seq() const override { return inner_.last_seq(); }
  bool durable() const override { return inner_.durable(); }
  void set_commit_barrier(UniqueFunction<FsError()> barrier) override;
  void crash() override { inner_.crash(); }
  FsError close() override { return inner_.close(); }

 private:
  MetadataStore& inner_;
  fault::Registry& faults_;
};

class FaultContent final : public ContentStore {
 public:
  FaultContent(ContentStore& inner, fault::Registry& faults) : inner_(inner), faults_(faults) {}

  const char* kind() const override { return inner_.kind(); }
  Async<ContentRead> read(const Inode& file, u64 offset, u32 length) override;
  Async<ContentChange> write(const Inode& file, u64 offset, SliceList& data) override;
  Async<ContentChange> truncate(const Inode& file, u64 new_size) override;
  Async<ContentChange> deallocate(const Inode& file, u64 offset, u64 length) override;
  Async<ContentChange> clone(const Inode& from, u64 from_offset, const Inode& to, u64 to_offset,
                             u64 length) override;
  u64 clone_unit() const override { return inner_.clone_unit(); }
  Async<Result<Extent, FsError>> extent(const Inode& file, u64 offset) override;
  FsError remove(MetadataTxn& txn, const Inode& file) override { return inner_.remove(txn, file); }
  FsError sync() override;
  FsStat statfs() const override { return inner_.statfs(); }
  FsError check(MetadataView& view, bool deep, FindingSink report) override {
    return inner_.check(view, deep, report);
  }
  void crash() override { inner_.crash(); }
  FsError close() override { return inner_.close(); }

 private:
  ContentStore& inner_;
  fault::Registry& faults_;
};

}  // namespace dfs::fs
