#pragma once

#include <lmdb.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/fs/error.h"

namespace dfs::stores::lmdb {

fs::FsError to_fs_error(int mdb_error);

// A read transaction with a cursor, kept open between uses: renewing one costs a tenth of beginning one. One
// thread uses it at a time.
class Snapshot {
 public:
  Snapshot(MDB_env* env, MDB_dbi table);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  // Sees the newest commit from now on. Returns an LMDB error.
  int refresh();
  void drop();  // lets the commit it saw go
  bool active() const { return active_; }

  // The checked value under the key. not_found, or corrupt when key and value do not belong together.
  Result<std::string_view, fs::FsError> get(std::string_view key);
  MDB_txn* txn() const { return txn_; }

 private:
  MDB_dbi table_;
  MDB_txn* txn_ = nullptr;
  MDB_cursor* cursor_ = nullptr;
  bool active_ = false;
};

// A walk through the table in key order.
class Walk {
 public:
  Walk(MDB_txn* txn, MDB_dbi table);
  ~Walk() { mdb_cursor_close(cursor_); }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  void seek(std::string_view at_or_after);
  void next();
  bool valid() const { return error_ == MDB_SUCCESS; }
  fs::FsError error() const;  // ok at the end
  std::string_view key() const { return key_; }
  Result<std::string_view, fs::FsError> value() const;

 private:
  void step(MDB_cursor_op op, std::string_view at);
  MDB_cursor* cursor_;
  int error_ = MDB_NOTFOUND;
  std::string_view key_, stored_;
};

// The database file of a store, its map size, and its pool of snapshots.
class Environment {
 public:
  // Opens or makes the database. The error is a sentence for the operator.
  static Result<std::unique_ptr<Environment>, std::string> open(const std::string& folder, size_t map_size);
  ~Environment();

  MDB_env* env() const { return env_; }
  MDB_dbi table() const { return table_; }

  // A snapshot of the newest commit, or of the one this slot saw since forget_snapshots(). Null: out of
  // memory or of reader slots.
  class Lease;
  Lease snapshot();
  // Must not run beside snapshot() users: every later snapshot sees the newest commit.
  void forget_snapshots();
  // The same condition; doubles the space the database may take. Returns an LMDB error.
  int grow();

  // Bytes the database occupies, and those its file system has left.
  u64 free_space() const;

 private:
  Environment() = default;
  std::string prepare(const std::string& folder, size_t map_size);
  std::string check_file(const std::string& folder) const;

  struct alignas(64) Slot {
    std::atomic_flag taken;
    std::unique_ptr<Snapshot> snapshot;
  };
  static constexpr size_t kSlots = 64;

  std::string folder_;
  MDB_env* env_ = nullptr;
  MDB_dbi table_ = 0;
  size_t map_size_ = 0;
  std::array<Slot, kSlots> slots_;
};

// Use of a pooled snapshot for a scope; taken on first use, because many reads are answered before they need
// it.
class Environment::Lease {
 public:
  explicit Lease(Environment& env) : env_(&env) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease();
  Snapshot* get();  // null: io

 private:
  Environment* env_;
  Slot* slot_ = nullptr;
};

inline Environment::Lease Environment::snapshot() { return Lease(*this); }

// Adds the checksum that Snapshot and Walk verify.
int put_checked(MDB_txn* txn, MDB_dbi table, std::string_view key, std::string_view value);

}  // namespace dfs::stores::lmdb
