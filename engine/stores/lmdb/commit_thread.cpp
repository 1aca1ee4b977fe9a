#include "engine/base/log.h"
#include "engine/stores/lmdb/lmdb_metadata.h"

// The one thread that writes the database: group commit.
namespace dfs::stores {

using fs::CommitSeq;
using fs::FsError;
using lmdb::Key;

void LmdbMetadata::serve() {
  while (wait_for_work()) flush();
}

// False: nothing is left to do, ever.
bool LmdbMetadata::wait_for_work() {
  std::unique_lock lock(commit_mutex_);
  work_.wait(lock, [&] { return dirty_ || stopping_ || crashed_; });
  // Somebody's wait ends the pause; otherwise changes gather.
  auto urgent = [&] { return wanted_ > durable_ || stopping_ || crashed_; };
  work_.wait_for(lock, options_.flush_after, urgent);
  bool more = dirty_ && !crashed_;
  dirty_ = false;
  return more;
}

bool LmdbMetadata::is_crashed() {
  std::lock_guard lock(commit_mutex_);
  return crashed_;
}

void LmdbMetadata::flush() {
  CommitSeq seq;
  u64 inodes, next_id;
  {
    std::unique_lock lock(tables_mutex_);
    std::swap(active_, flushing_);
    seq = seq_.load(std::memory_order_relaxed);
    inodes = inodes_;
    next_id = next_id_;
  }
  // Empty when the last commit took along what this one was called for.
  FsError e = flushing_.empty() ? FsError::ok : commit(inodes, next_id);
  lmdb::Memtable done, dropped;  // freed outside the lock
  {
    std::unique_lock lock(tables_mutex_);
    std::swap(done, flushing_);
    env_->forget_snapshots();
    if (e == FsError::ok) {
      durable_inodes_ = inodes;
    } else {
      std::swap(dropped, active_);
      inodes_ = durable_inodes_;
      refused_ = e;
    }
  }
  finish(seq, e);
}

FsError LmdbMetadata::commit(u64 inodes, u64 next_id) {
  {
    std::lock_guard lock(barrier_mutex_);
    FsError e = barrier_ ? barrier_() : FsError::ok;
    if (e != FsError::ok) {
      if (!is_crashed())
        log::error("metadata store: the data of a commit could not be made durable: {}", name(e));
      return e;
    }
  }
  for (;;) {
    MDB_txn* txn = nullptr;
    int e = mdb_txn_begin(env_->env(), nullptr, 0, &txn);
    if (e == MDB_SUCCESS) e = write(txn, inodes, next_id);
    if (e == MDB_SUCCESS && is_crashed()) e = EIO;
    if (e == MDB_SUCCESS)
      e = mdb_txn_commit(txn);
    else if (txn)
      mdb_txn_abort(txn);
    if (e == MDB_MAP_FULL) {
      std::unique_lock lock(tables_mutex_);
      e = env_->grow();
      if (e == MDB_SUCCESS) continue;
    }
    if (e == MDB_SUCCESS) {
      ++commits_;
      low_space_ = env_->free_space() < options_.reserve;
      return FsError::ok;
    }
    if (!is_crashed()) log::error("metadata store: a commit failed: {}", mdb_strerror(e));
    return lmdb::to_fs_error(e);
  }
}

int LmdbMetadata::write(MDB_txn* txn, u64 inodes, u64 next_id) {
  MDB_dbi table = env_->table();
  for (const auto& [key, change] : flushing_.changes()) {
    int e;
    if (change) {
      e = lmdb::put_checked(txn, table, key, *change);
    } else {
      MDB_val k{key.size(), const_cast<char*>(key.data())};
      e = mdb_del(txn, table, &k, nullptr);
      if (e == MDB_NOTFOUND) e = MDB_SUCCESS;  // made and erased since the last commit
    }
    if (e != MDB_SUCCESS) return e;
  }
  int e = lmdb::put_checked(txn, table, Key::meta("inodes"), lmdb::encode_number(inodes));
  return e == MDB_SUCCESS ? lmdb::put_checked(txn, table, Key::meta("next_id"), lmdb::encode_number(next_id))
                          : e;
}

void LmdbMetadata::finish(CommitSeq seq, FsError result) {
  {
    std::lock_guard lock(commit_mutex_);
    if (result == FsError::ok)
      durable_ = seq;
    else
      failed_ = result;
    if (result != FsError::ok && !crashed_)
      log::error(
          "metadata store: changes since the last commit are undone and no more are taken until it is opened "
          "again");
  }
  wake(result == FsError::ok ? seq : UINT64_MAX, result);
}

// Ends the waits for commits up to seq.
void LmdbMetadata::wake(CommitSeq seq, FsError result) {
  std::lock_guard lock(commit_mutex_);
  auto waits_on =
      std::stable_partition(waiters_.begin(), waiters_.end(), [&](const Waiter& w) { return w.seq > seq; });
  for (auto w = waits_on; w != waiters_.end(); ++w) {
    *w->result = result;
    w->home->submit([task = w->task] { task.resume(); });
  }
  waiters_.erase(waits_on, waiters_.end());
}

}  // namespace dfs::stores
