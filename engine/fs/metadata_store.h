#pragma once

#include <string>
#include <vector>

#include "engine/base/function_ref.h"
#include "engine/fs/types.h"
#include "engine/loop/task.h"

namespace dfs::fs {

// Position in the one order of a store's mutations; durability is always of a prefix.
using CommitSeq = u64;

// A consistent view of a store's tables. Calls never block for long and never suspend.
// Rows that are absent give FsError::not_found; a row that cannot be understood gives FsError::corrupt. A
// visitor may read from the view but must not change it.
class MetadataView {
 public:
  virtual ~MetadataView() = default;
  virtual Result<Inode, FsError> inode(FileId id) = 0;
  virtual Result<Dirent, FsError> lookup(FileId dir, std::string_view name) = 0;
  // Entries with a cookie greater than `after`, in cookie order, until visit returns false.
  // The inode pointer is given when with_inodes is set and may be null when the row is missing.
  using EntryVisitor = FunctionRef<bool(std::string_view name, const Dirent&, const Inode*)>;
  virtual FsError scan(FileId dir, Cookie after, bool with_inodes, EntryVisitor visit) = 0;
  // Rows of other kinds, keyed by bytes; `table` keeps the kinds apart. The value is valid until the view
  // ends.
  enum class Table : u8 {
    symlink,  // file id (8 bytes, big-endian) -> link text
    content,  // owned by the content store: its map of a file's data
    orphan,   // file id -> empty: unlinked while held, goes with its last hold, or at the next start
    xattr,    // file id -> the names; file id + name -> value: see xattr_rows.h
    server,   // small durable facts: instance uuid, handle key, boot count, client roster
    acl,      // file id -> its ACLs: see acl_row.h
    session,  // sessions that outlive the server, and their replies: see session_rows.h
  };
  static constexpr size_t kTables = static_cast<size_t>(Table::session) + 1;
  virtual Result<std::string, FsError> row(Table table, std::string_view key) = 0;
  // Rows whose key starts with prefix and is greater than `after`, in key order.
  using RowVisitor = FunctionRef<bool(std::string_view key, std::string_view value)>;
  virtual FsError rows(Table table, std::string_view prefix, std::string_view after, RowVisitor visit) = 0;
  virtual u64 inode_count() = 0;
  // Every inode with an id above `after`, in order of ids, until visit returns false. For checks and tools.
  using InodeVisitor = FunctionRef<bool(const Inode&)>;
  virtual FsError inodes(FileId after, InodeVisitor visit) = 0;
};

// A view that can change. Reads see the transaction's own writes.
class MetadataTxn : public MetadataView {
 public:
  // Ids go up and are never given again by a running store, not even after an update that failed.
  virtual FileId new_id() = 0;
  virtual void put_inode(const Inode& inode) = 0;
  virtual void erase_inode(FileId id) = 0;
  virtual void put_dirent(FileId dir, std::string_view name, const Dirent& entry) = 0;
  virtual void erase_dirent(FileId dir, std::string_view name) = 0;
  virtual void put_row(Table table, std::string_view key, std::string_view value) = 0;
  virtual void erase_row(Table table, std::string_view key) = 0;

  // Runs fn once this update's changes are visible and before update() resolves; never when it fails. For the
  // side effects in memory that belong to a change, such as freeing data.
  void on_commit(UniqueFunction<void()> fn) { hooks_.push_back(std::move(fn)); }

 protected:
  void run_commit_hooks() {
    for (auto& hook : hooks_) hook();
    hooks_.clear();
  }

 private:
  std::vector<UniqueFunction<void()>> hooks_;
};

// Tables of inodes, directory entries and small rows, with atomic transactions. What a file system *means* is
// not here: engine/fs decides that once for all stores.
//
// Of every Async below: one that is not ready has not begun yet. It may be dropped and the call made again,
// and what it was given by reference must live until it resolves. The function of an update may run more than
// once (a store may have to try again); only its last run counts.
class MetadataStore {
 public:
  virtual ~MetadataStore() = default;
  virtual const char* kind() const = 0;  // "memory", "lmdb", ...

  // Runs fn on a consistent view, on this thread or another; several may run at once.
  // A store that never waits returns a ready Async.
  using ReadFn = FunctionRef<FsError(MetadataView&)>;
  virtual Async<FsError> read(ReadFn fn) = 0;

  // Runs fn alone among updates. All its changes become visible together, or none when it returns an error.
  // Visible is not durable: see wait_durable(). On success `*seq` (when given) is this update's position.
  using UpdateFn = FunctionRef<FsError(MetadataTxn&)>;
  virtual Async<FsError> update(UpdateFn fn, CommitSeq* seq = nullptr) = 0;

  // Resolves once every update up to seq is on stable storage (at once for a store that has none).
  // FsError::io or no_space: it could not be made durable and is undone.
  virtual Async<FsError> wait_durable(CommitSeq seq) = 0;
  // The newest update's position.
  virtual CommitSeq last_seq() const = 0;
  virtual bool durable() const = 0;

  // Called on the store's committing thread before updates become durable: makes the data they name durable
  // first.
  virtual void set_commit_barrier(UniqueFunction<FsError()> barrier) = 0;

  // Drops what is not durable and refuses every further call with FsError::io: what a power cut would leave.
  virtual void crash() = 0;
  // Makes everything durable and ends background work.
  virtual FsError close() = 0;
};

}  // namespace dfs::fs
