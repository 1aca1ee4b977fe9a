#include "engine/stores/mem/memory_metadata.h"

#include <mutex>

namespace dfs::stores {

using fs::Cookie;
using fs::Dirent;
using fs::FileId;
using fs::FsError;
using fs::Inode;
using fs::MetadataTxn;
using fs::MetadataView;

namespace {

// The reading half, the same for views and transactions: a transaction changes the tables in place.
template <class Base, class Tables>
class Reader : public Base {
 public:
  using Table = MetadataView::Table;
  explicit Reader(Tables& tables) : tables_(tables) {}

  Result<Inode, FsError> inode(FileId id) override {
    const Inode* found = tables_.inodes.find(id);
    if (found == nullptr) return failure(FsError::not_found);
    return *found;
  }
  Result<Dirent, FsError> lookup(FileId dir, std::string_view name) override {
    auto it = tables_.directories.find(dir);
    const Dirent* found = it == tables_.directories.end() ? nullptr : it->second.find(name);
    if (found == nullptr) return failure(FsError::not_found);
    return *found;
  }
  FsError scan(FileId dir, Cookie after, bool with_inodes, MetadataView::EntryVisitor visit) override {
    auto it = tables_.directories.find(dir);
    if (it == tables_.directories.end()) return FsError::ok;
    InodeTable::Cursor inodes(tables_.inodes);
    it->second.scan(after, [&](std::string_view name, const Dirent& entry) {
      return visit(name, entry, with_inodes ? inodes.find(entry.id) : nullptr);
    });
    return FsError::ok;
  }
  Result<std::string, FsError> row(Table table, std::string_view key) override {
    auto& rows = tables_.rows[static_cast<size_t>(table)];
    auto it = rows.find(key);
    if (it == rows.end()) return failure(FsError::not_found);
    return it->second;
  }
  FsError rows(Table table, std::string_view prefix, std::string_view after,
               MetadataView::RowVisitor visit) override {
    auto& rows = tables_.rows[static_cast<size_t>(table)];
    auto it = after < prefix ? rows.lower_bound(prefix) : rows.upper_bound(after);
    for (; it != rows.end() && std::string_view(it->first).starts_with(prefix); ++it)
      if (!visit(it->first, it->second)) break;
    return FsError::ok;
  }
  u64 inode_count() override { return tables_.inodes.size(); }
  FsError inodes(FileId after, MetadataView::InodeVisitor visit) override {
    for (FileId id : tables_.inodes.ids(after))
      if (!visit(*tables_.inodes.find(id))) break;
    return FsError::ok;
  }

 protected:
  Tables& tables_;
};

}  // namespace

class MemoryMetadata::View final : public Reader<MetadataView, const Tables> {
 public:
  using Reader::Reader;
};

// Changes the tables in place and remembers how to undo it, newest last.
class MemoryMetadata::Txn final : public Reader<MetadataTxn, Tables> {
 public:
  explicit Txn(MemoryMetadata& store) : Reader(store.tables_), store_(store) {}

  FileId new_id() override { return FileId(store_.next_id_.fetch_add(1, std::memory_order_relaxed)); }
  void put_inode(const Inode& inode) override {
    if (Inode* there = tables_.inodes.find(inode.id)) {
      undo_.emplace_back(UndoInode{inode.id, *there});
      *there = inode;
    } else {
      undo_.emplace_back(UndoInode{inode.id, {}});
      tables_.inodes.put(inode);
    }
  }
  void erase_inode(FileId id) override {
    const Inode* there = tables_.inodes.find(id);
    if (there == nullptr) return;
    undo_.emplace_back(UndoInode{id, *there});
    tables_.inodes.erase(id);
  }
  void put_dirent(FileId dir, std::string_view name, const Dirent& entry) override {
    undo_.emplace_back(UndoEntry{dir, std::string(name), set_entry(dir, name, entry)});
  }
  void erase_dirent(FileId dir, std::string_view name) override {
    undo_.emplace_back(UndoEntry{dir, std::string(name), set_entry(dir, name, {})});
  }
  void put_row(Table table, std::string_view key, std::string_view value) override {
    undo_.emplace_back(UndoRow{table, std::string(key), set_row(table, key, std::string(value))});
  }
  void erase_row(Table table, std::string_view key) override {
    undo_.emplace_back(UndoRow{table, std::string(key), set_row(table, key, {})});
  }

  void commit() { run_commit_hooks(); }
  void roll_back() {
    for (; !undo_.empty(); undo_.pop_back()) std::visit([this](auto& change) { undo(change); }, undo_.back());
  }

 private:
  // Each holds what was there before the change; nothing when nothing was.
  struct UndoInode {
    FileId id;
    std::optional<Inode> before;
  };
  struct UndoEntry {
    FileId dir;
    std::string name;
    std::optional<Dirent> before;
  };
  struct UndoRow {
    Table table;
    std::string key;
    std::optional<std::string> before;
  };

  std::optional<Dirent> set_entry(FileId dir, std::string_view name, const std::optional<Dirent>& entry) {
    if (entry) return tables_.directories.try_emplace(dir, store_.key_).first->second.put(name, *entry);
    auto it = tables_.directories.find(dir);
    if (it == tables_.directories.end()) return {};
    auto before = it->second.erase(name);
    if (it->second.size() == 0) tables_.directories.erase(it);
    return before;
  }
  std::optional<std::string> set_row(Table table, std::string_view key, std::optional<std::string> value) {
    auto& rows = tables_.rows[static_cast<size_t>(table)];
    auto it = rows.find(key);
    std::optional<std::string> before;
    if (it != rows.end()) before = std::move(it->second);
    if (value && it != rows.end())
      it->second = std::move(*value);
    else if (value)
      rows.emplace(key, std::move(*value));
    else if (it != rows.end())
      rows.erase(it);
    return before;
  }

  void undo(const UndoInode& u) {
    if (u.before)
      tables_.inodes.put(*u.before);
    else
      tables_.inodes.erase(u.id);
  }
  void undo(const UndoEntry& u) { set_entry(u.dir, u.name, u.before); }
  void undo(UndoRow& u) { set_row(u.table, u.key, std::move(u.before)); }

  MemoryMetadata& store_;
  std::vector<std::variant<UndoInode, UndoEntry, UndoRow>> undo_;
};

Async<FsError> MemoryMetadata::read(ReadFn fn) {
  std::shared_lock lock(mutex_);
  if (crashed_) return FsError::io;
  View view(tables_);
  return fn(view);
}

Async<FsError> MemoryMetadata::update(UpdateFn fn, fs::CommitSeq* seq) {
  std::unique_lock lock(mutex_);
  if (crashed_) return FsError::io;
  Txn txn(*this);
  FsError e = fn(txn);
  if (e != FsError::ok) {
    txn.roll_back();
    return e;
  }
  fs::CommitSeq mine = seq_.load(std::memory_order_relaxed) + 1;
  seq_.store(mine, std::memory_order_release);
  if (seq) *seq = mine;
  txn.commit();
  return FsError::ok;
}

Async<FsError> MemoryMetadata::wait_durable(fs::CommitSeq) { return crashed_ ? FsError::io : FsError::ok; }

void MemoryMetadata::crash() {
  std::unique_lock lock(mutex_);
  tables_ = {};
  crashed_ = true;
}

}  // namespace dfs::stores
