#include "engine/stores/lmdb/environment.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <thread>

#include "engine/base/check.h"
#include "engine/base/log.h"
#include "engine/stores/common/checksum.h"
#include "engine/stores/common/folders.h"

namespace dfs::stores::lmdb {

using fs::FsError;

namespace {

constexpr size_t kSum = sizeof(u32);

MDB_val val(std::string_view s) { return {s.size(), const_cast<char*>(s.data())}; }
std::string_view view(const MDB_val& v) { return {static_cast<const char*>(v.mv_data), v.mv_size}; }

Result<std::string_view, FsError> checked(std::string_view key, std::string_view stored) {
  if (stored.size() < kSum) return failure(FsError::corrupt);
  std::string_view value = stored.substr(0, stored.size() - kSum);
  u32 sum;
  std::memcpy(&sum, stored.data() + value.size(), kSum);
  if (sum != checksum(key, value)) return failure(FsError::corrupt);
  return value;
}

}  // namespace

FsError to_fs_error(int e) {
  switch (e) {
    case MDB_SUCCESS:
      return FsError::ok;
    case MDB_NOTFOUND:
      return FsError::not_found;
    case MDB_PAGE_NOTFOUND:
    case MDB_CORRUPTED:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
      return FsError::corrupt;
    case MDB_MAP_FULL:
    case ENOSPC:
      return FsError::no_space;
    case EDQUOT:
      return FsError::quota;
    default:
      return FsError::io;
  }
}

int put_checked(MDB_txn* txn, MDB_dbi table, std::string_view key, std::string_view value) {
  u32 sum = checksum(key, value);
  MDB_val k = val(key), v{value.size() + kSum, nullptr};
  int e = mdb_put(txn, table, &k, &v, MDB_RESERVE);
  if (e != MDB_SUCCESS) return e;
  auto* to = static_cast<char*>(v.mv_data);
  if (!value.empty()) std::memcpy(to, value.data(), value.size());
  std::memcpy(to + value.size(), &sum, kSum);
  return MDB_SUCCESS;
}

Snapshot::Snapshot(MDB_env* env, MDB_dbi table) : table_(table) {
  if (mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn_) != MDB_SUCCESS) {
    txn_ = nullptr;
    return;
  }
  active_ = mdb_cursor_open(txn_, table_, &cursor_) == MDB_SUCCESS;
}

Snapshot::~Snapshot() {
  if (cursor_) mdb_cursor_close(cursor_);
  if (txn_) mdb_txn_abort(txn_);
}

int Snapshot::refresh() {
  if (cursor_ == nullptr) return MDB_READERS_FULL;
  int e = mdb_txn_renew(txn_);
  if (e == MDB_SUCCESS) e = mdb_cursor_renew(txn_, cursor_);
  active_ = e == MDB_SUCCESS;
  return e;
}

void Snapshot::drop() {
  if (active_) mdb_txn_reset(txn_);
  active_ = false;
}

Result<std::string_view, FsError> Snapshot::get(std::string_view key) {
  // Through the cursor, because the next key asked for is often on the same page as the last.
  MDB_val k = val(key), v;
  int e = mdb_cursor_get(cursor_, &k, &v, MDB_SET_KEY);
  if (e != MDB_SUCCESS) return failure(to_fs_error(e));
  return checked(key, view(v));
}

Walk::Walk(MDB_txn* txn, MDB_dbi table) {
  int e = mdb_cursor_open(txn, table, &cursor_);
  DFS_CHECK(e == MDB_SUCCESS);  // fails only for arguments that make no sense, or without memory
}

void Walk::step(MDB_cursor_op op, std::string_view at) {
  MDB_val k = val(at), v;
  error_ = mdb_cursor_get(cursor_, &k, &v, op);
  if (error_ != MDB_SUCCESS) return;
  key_ = view(k);
  stored_ = view(v);
}
void Walk::seek(std::string_view at_or_after) { step(MDB_SET_RANGE, at_or_after); }
void Walk::next() { step(MDB_NEXT, {}); }
FsError Walk::error() const {
  return error_ == MDB_NOTFOUND || error_ == MDB_SUCCESS ? FsError::ok : to_fs_error(error_);
}
Result<std::string_view, FsError> Walk::value() const { return checked(key_, stored_); }

Environment::~Environment() {
  for (Slot& s : slots_) s.snapshot.reset();
  if (env_) mdb_env_close(env_);
}

namespace {

// The pages of the free list among [first, end). MDB_SUCCESS, or what is wrong with the list.
int count_free_pages(MDB_env* env, u64 first, u64 end, u64* count) {
  constexpr MDB_dbi kFreeList = 0;
  MDB_txn* txn;
  int e = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn);
  if (e != MDB_SUCCESS) return e;
  MDB_cursor* cursor;
  e = mdb_cursor_open(txn, kFreeList, &cursor);
  if (e == MDB_SUCCESS) {
    MDB_val key, value;
    // A row is a number of pages, and the pages.
    while ((e = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == MDB_SUCCESS) {
      std::vector<size_t> row(value.mv_size / sizeof(size_t));
      std::memcpy(row.data(), value.mv_data, row.size() * sizeof(size_t));
      for (size_t i = 1; i < row.size(); ++i) *count += row[i] >= first && row[i] < end;
    }
    if (e == MDB_NOTFOUND) e = MDB_SUCCESS;
    mdb_cursor_close(cursor);
  }
  mdb_txn_abort(txn);
  return e;
}

}  // namespace

// The map of a file that was cut short would kill the process at the first access past its end. A sound one may be
// short, too: pages at the end that were taken and given back in one commit are counted, but never written.
std::string Environment::check_file(const std::string& folder) const {
  const std::string file = folder + "/data.mdb";
  struct stat st;
  MDB_envinfo info;
  MDB_stat stat;
  if (::stat(file.c_str(), &st) != 0 || mdb_env_info(env_, &info) != MDB_SUCCESS ||
      mdb_env_stat(env_, &stat) != MDB_SUCCESS)
    return fmt::format("cannot examine {}: {}", file, std::strerror(errno));
  const u64 pages = u64(info.me_last_pgno) + 1, needed = pages * stat.ms_psize;
  const u64 there = static_cast<u64>(st.st_size);
  if (there == 0 || there >= needed) return {};
  // The free list itself may lie in what is missing: that reads as zeros then, which are no page.
  u64 free = 0;
  if (truncate(file.c_str(), static_cast<off_t>(needed)) != 0)
    return fmt::format("cannot extend {}: {}", file, std::strerror(errno));
  const u64 first = there / stat.ms_psize;
  if (count_free_pages(env_, first, pages, &free) == MDB_SUCCESS && free == pages - first) return {};
  if (truncate(file.c_str(), st.st_size) != 0) log::error("cannot cut {} to its size", file);
  return fmt::format("{} is damaged: it has {} bytes where its last commit needs {}", file, there, needed);
}

std::string Environment::prepare(const std::string& folder, size_t map_size) {
  auto failed = [&](const char* what, int e) {
    return fmt::format("cannot {} the database in {}: {}", what, folder, mdb_strerror(e));
  };
  folder_ = folder;
  map_size_ = map_size;
  if (int e = mdb_env_create(&env_); e != MDB_SUCCESS) return failed("create", e);
  mdb_env_set_maxreaders(env_, kSlots + 8);
  mdb_env_set_mapsize(env_, map_size_);
  int e = mdb_env_open(env_, folder.c_str(), MDB_NOTLS | MDB_NORDAHEAD, 0600);
  if (e != MDB_SUCCESS) return failed("open", e);
  if (std::string damage = check_file(folder); !damage.empty()) return damage;
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  map_size_ = info.me_mapsize;
  MDB_txn* txn;
  if (e = mdb_txn_begin(env_, nullptr, 0, &txn); e != MDB_SUCCESS) return failed("read", e);
  e = mdb_dbi_open(txn, nullptr, 0, &table_);
  if (e != MDB_SUCCESS) {
    mdb_txn_abort(txn);
    return failed("read", e);
  }
  e = mdb_txn_commit(txn);
  return e == MDB_SUCCESS ? std::string() : failed("read", e);
}

namespace {

// An empty database appears under its name when it is whole: LMDB's own first pages are not durable before
// the first commit, and a power cut would leave a file that is no database. Says what went wrong, or nothing.
std::string make_database(const std::string& folder) {
  const std::string file = folder + "/data.mdb", draft = file + ".new";
  if (access(file.c_str(), F_OK) == 0) return {};
  unlink(draft.c_str());
  MDB_env* env;
  int e = mdb_env_create(&env);
  if (e == MDB_SUCCESS) {
    e = mdb_env_open(env, draft.c_str(), MDB_NOSUBDIR, 0600);
    if (e == MDB_SUCCESS) e = mdb_env_sync(env, 1);
    mdb_env_close(env);
  }
  unlink((draft + "-lock").c_str());
  if (e == MDB_SUCCESS && rename(draft.c_str(), file.c_str()) != 0) e = errno;
  return e == MDB_SUCCESS ? std::string()
                          : fmt::format("cannot make the database in {}: {}", folder, mdb_strerror(e));
}

}  // namespace

Result<std::unique_ptr<Environment>, std::string> Environment::open(const std::string& folder,
                                                                    size_t map_size) {
  if (std::string wrong = make_database(folder); !wrong.empty()) return failure(std::move(wrong));
  // Of a database that is there, too: the run that made it may have ended before this.
  if (int e = sync_folder(folder); e != 0)
    return failure(fmt::format("cannot examine {}: {}", folder, std::strerror(e)));
  std::unique_ptr<Environment> made(new Environment);
  std::string wrong = made->prepare(folder, map_size);
  if (!wrong.empty()) return failure(std::move(wrong));
  return made;
}

Snapshot* Environment::Lease::get() {
  if (slot_ == nullptr) {
    size_t start = std::hash<std::thread::id>()(std::this_thread::get_id());
    for (size_t i = 0; slot_ == nullptr; ++i) {
      Slot& s = env_->slots_[(start + i) % kSlots];
      if (!s.taken.test_and_set(std::memory_order_acquire)) slot_ = &s;
      if (i % kSlots == kSlots - 1) std::this_thread::yield();
    }
    if (!slot_->snapshot) slot_->snapshot = std::make_unique<Snapshot>(env_->env_, env_->table_);
  }
  Snapshot& s = *slot_->snapshot;
  if (!s.active() && s.refresh() != MDB_SUCCESS) return nullptr;
  return &s;
}

Environment::Lease::~Lease() {
  if (slot_) slot_->taken.clear(std::memory_order_release);
}

void Environment::forget_snapshots() {
  for (Slot& s : slots_)
    if (s.snapshot) s.snapshot->drop();
}

int Environment::grow() {
  forget_snapshots();
  int e = mdb_env_set_mapsize(env_, map_size_ * 2);
  if (e == MDB_SUCCESS) map_size_ *= 2;
  return e;
}

u64 Environment::free_space() const {
  struct statvfs st;
  if (statvfs(folder_.c_str(), &st) != 0) return 0;
  return u64(st.f_bavail) * st.f_frsize;
}

}  // namespace dfs::stores::lmdb
