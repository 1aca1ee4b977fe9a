#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <shared_mutex>
#include <thread>

#include "engine/fs/metadata_store.h"
#include "engine/loop/executor.h"
#include "engine/stores/common/store_lock.h"
#include "engine/stores/lmdb/views.h"

namespace dfs::stores {

struct LmdbOptions {
  size_t initial_map = size_t(1) << 30;     // bytes of address space; doubled as the database grows
  size_t cached_inodes = 131072;            // at most; about 180 bytes each
  size_t pending_limit = size_t(64) << 20;  // bytes of changes not yet durable; updates wait above it
  u64 reserve = u64(32) << 20;  // with less disk space left than this, only updates that do not grow the
                                // database are taken (FsError::no_space)
  bool verify = true;           // read the whole database when it is opened; see verify_database()
  std::chrono::milliseconds flush_after{200};  // changes nobody waits for become durable after this
};

// Metadata in an LMDB database: durable, one order of commits. An update changes a table in memory that lies
// over the database and is visible at once; one thread commits what has gathered there, in one database
// transaction and one fsync for everybody who waits. So what is on disk is always the state after some
// update, never between.
//
// Reads and updates are answered on the calling thread; a page of the database that is not in memory is read
// from disk then.
class LmdbMetadata final : public fs::MetadataStore {
 public:
  // The error is a sentence for the operator: in use, damaged, of another program, of a newer format.
  static Result<std::unique_ptr<LmdbMetadata>, std::string> open(const std::string& folder,
                                                                 LmdbOptions options);
  ~LmdbMetadata() override;

  const char* kind() const override { return "lmdb"; }
  Async<fs::FsError> read(ReadFn fn) override;
  Async<fs::FsError> update(UpdateFn fn, fs::CommitSeq* seq = nullptr) override;
  Async<fs::FsError> wait_durable(fs::CommitSeq seq) override;
  fs::CommitSeq last_seq() const override { return seq_.load(std::memory_order_acquire); }
  bool durable() const override { return true; }
  void set_commit_barrier(UniqueFunction<fs::FsError()> barrier) override;
  void crash() override;
  fs::FsError close() override;

  // Database transactions committed so far; fewer than updates when callers shared them.
  u64 commits() const { return commits_.load(std::memory_order_relaxed); }

 private:
  struct Waiter {
    fs::CommitSeq seq;
    std::coroutine_handle<> task;
    Executor* home;
    fs::FsError* result;
  };
  class Until;  // awaits a commit

  LmdbMetadata(StoreLock lock, std::unique_ptr<lmdb::Environment> env, LmdbOptions options);
  std::string load_format();
  std::string read_format(u64& version);
  std::string write_format();
  lmdb::Layers layers() { return {active_, flushing_, *env_, cache_}; }
  fs::FsError apply(UpdateFn fn, fs::CommitSeq* seq);
  Task<fs::FsError> update_later(UpdateFn fn, fs::CommitSeq* seq);
  Task<fs::FsError> wait_later(fs::CommitSeq seq);
  std::optional<fs::FsError> settled(fs::CommitSeq seq) const;

  // The committing thread.
  void serve();
  bool wait_for_work();
  bool is_crashed();
  void flush();
  fs::FsError commit(u64 inodes, u64 next_id);
  int write(MDB_txn* txn, u64 inodes, u64 next_id);
  void finish(fs::CommitSeq seq, fs::FsError result);
  void wake(fs::CommitSeq seq, fs::FsError result);
  void stop();

  // fixed after construction
  const LmdbOptions options_;
  StoreLock lock_;
  std::unique_ptr<lmdb::Environment> env_;

  // The tables: shared by readers, exclusive for updates and for the switch between commits.
  std::shared_mutex tables_mutex_;
  lmdb::Memtable active_;    // changes under tables_mutex_
  lmdb::Memtable flushing_;  // changes under tables_mutex_
  lmdb::InodeCache cache_;
  u64 inodes_ = 0, durable_inodes_ = 0;    // change under tables_mutex_
  fs::FsError refused_ = fs::FsError::ok;  // changes under tables_mutex_; why updates are refused
  bool gone_ = false;                      // changes under tables_mutex_; crashed or closed: reads too
  std::atomic<u64> next_id_{fs::kRootId.value + 1};
  std::atomic<fs::CommitSeq> seq_{0};
  std::atomic<bool> low_space_{false};
  std::atomic<u64> commits_{0};

  // The commits.
  std::mutex commit_mutex_;
  std::condition_variable work_;
  std::atomic<fs::CommitSeq> durable_{0};    // changes under commit_mutex_
  fs::CommitSeq wanted_ = 0;                 // changes under commit_mutex_
  bool dirty_ = false;                       // changes under commit_mutex_; something to commit
  bool stopping_ = false, crashed_ = false;  // changes under commit_mutex_
  fs::FsError failed_ = fs::FsError::ok;     // changes under commit_mutex_
  std::vector<Waiter> waiters_;              // changes under commit_mutex_
  UniqueFunction<fs::FsError()> barrier_;    // changes under barrier_mutex_
  std::mutex barrier_mutex_;
  std::thread thread_;
};

}  // namespace dfs::stores
