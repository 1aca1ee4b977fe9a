#pragma once

#include "engine/stores/lmdb/tables.h"

namespace dfs::stores::lmdb {

// The reading half of a view and of a transaction.
template <class Base>
class Reading : public Base {
 public:
  using Table = fs::MetadataView::Table;
  Reading(Layers layers, u64 inodes) : tables_(layers), inodes_(inodes) {}

  Result<fs::Inode, fs::FsError> inode(fs::FileId id) override {
    Result<fs::Inode, fs::FsError> out;
    fs::FsError e = tables_.inode(id, *out);
    if (e != fs::FsError::ok) out = failure(e);
    return out;
  }
  Result<fs::Dirent, fs::FsError> lookup(fs::FileId dir, std::string_view name) override;
  fs::FsError scan(fs::FileId dir, fs::Cookie after, bool with_inodes,
                   fs::MetadataView::EntryVisitor visit) override;
  Result<std::string, fs::FsError> row(Table table, std::string_view key) override;
  fs::FsError rows(Table table, std::string_view prefix, std::string_view after,
                   fs::MetadataView::RowVisitor visit) override;
  u64 inode_count() override { return inodes_; }
  fs::FsError inodes(fs::FileId after, fs::MetadataView::InodeVisitor visit) override;

 protected:
  Tables tables_;
  u64 inodes_;
};

using View = Reading<fs::MetadataView>;

// Writes into the active memtable and remembers how to undo it.
class Txn final : public Reading<fs::MetadataTxn> {
 public:
  Txn(Layers layers, u64 inodes, std::atomic<u64>& next_id)
      : Reading(layers, inodes), layers_(layers), next_id_(next_id), first_new_(next_id.load()) {}

  fs::FileId new_id() override { return fs::FileId(next_id_.fetch_add(1)); }
  void put_inode(const fs::Inode& inode) override;
  void erase_inode(fs::FileId id) override;
  void put_dirent(fs::FileId dir, std::string_view name, const fs::Dirent& entry) override;
  void erase_dirent(fs::FileId dir, std::string_view name) override;
  void put_row(Table table, std::string_view key, std::string_view value) override;
  void erase_row(Table table, std::string_view key) override;

  bool changed() const { return !undo_.empty(); }
  // Whether the database will grow by it: something was added that was not there.
  bool grows() const { return added_ > erased_; }
  // What went wrong in a call that cannot say so; such an update must not commit.
  fs::FsError error() const { return error_; }
  u64 count() const { return inodes_; }
  void run_hooks() { run_commit_hooks(); }
  void roll_back();

 private:
  struct Undo {
    std::string key;
    std::optional<Memtable::Change> before;
  };
  bool known(std::string_view key);  // whether a row is there now
  bool known(fs::FileId id);
  void set(std::string_view key, Memtable::Change change);

  Layers layers_;
  std::atomic<u64>& next_id_;
  const u64 first_new_;  // ids from here on were in no database before this transaction
  std::vector<Undo> undo_;
  u32 added_ = 0, erased_ = 0;
  fs::FsError error_ = fs::FsError::ok;
};

}  // namespace dfs::stores::lmdb
