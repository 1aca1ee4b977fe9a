#include "engine/stores/lmdb/lmdb_metadata.h"

#include <fmt/format.h>
#include <unistd.h>

#include "engine/base/log.h"
#include "engine/stores/lmdb/verify.h"

namespace dfs::stores {

using fs::CommitSeq;
using fs::FsError;
using lmdb::Key;

namespace {
constexpr std::string_view kMagic = "DittoFS metadata";
}

LmdbMetadata::LmdbMetadata(StoreLock lock, std::unique_ptr<lmdb::Environment> env, LmdbOptions options)
    : options_(options), lock_(std::move(lock)), env_(std::move(env)), cache_(options.cached_inodes) {}

Result<std::unique_ptr<LmdbMetadata>, std::string> LmdbMetadata::open(const std::string& folder,
                                                                      LmdbOptions options) {
  auto lock = StoreLock::take(folder);
  if (!lock) return failure(std::move(lock.error()));
  const std::string file = folder + "/data.mdb";
  if (options.verify && access(file.c_str(), F_OK) == 0)
    if (std::string wrong = lmdb::verify_database(file); !wrong.empty())
      return failure(fmt::format("the metadata store {} is damaged: its database {}", folder, wrong));
  auto env = lmdb::Environment::open(folder, options.initial_map);
  if (!env) return failure(std::move(env.error()));
  std::unique_ptr<LmdbMetadata> store(new LmdbMetadata(std::move(*lock), std::move(*env), options));
  std::string wrong = store->load_format();
  if (!wrong.empty()) return failure(fmt::format("the metadata store {} {}", folder, wrong));
  store->low_space_ = store->env_->free_space() < options.reserve;
  store->thread_ = std::thread([s = store.get()] { s->serve(); });
  return store;
}

// Reads what the store knows about itself, or writes it into an empty one. Says what is wrong with it.
std::string LmdbMetadata::load_format() {
  MDB_stat stat;
  if (mdb_env_stat(env_->env(), &stat) != MDB_SUCCESS) return "cannot be examined";
  if (stat.ms_entries == 0) return write_format();
  u64 version = 0;
  std::string wrong = read_format(version);
  if (!wrong.empty() || version == lmdb::kFormatVersion) return wrong;
  // Before any row that older programs would take for damage.
  env_->forget_snapshots();
  return write_format();
}

std::string LmdbMetadata::read_format(u64& version) {
  lmdb::Tables tables(layers());
  auto format = tables.get(Key::meta("format"));
  u64 next_id = 0;
  if (!format && format.error() == FsError::not_found) return "is a database of another program";
  if (!format || !format->starts_with(kMagic) || !lmdb::decode_number(format->substr(kMagic.size()), version))
    return "is damaged: its format row cannot be read";
  if (version > lmdb::kFormatVersion)
    return fmt::format("has format {}; this program knows formats up to {}", version, lmdb::kFormatVersion);
  auto id = tables.get(Key::meta("next_id")), count = tables.get(Key::meta("inodes"));
  if (!id || !count || !lmdb::decode_number(*id, next_id) || !lmdb::decode_number(*count, inodes_))
    return "is damaged: its counters cannot be read";
  next_id_ = next_id;
  durable_inodes_ = inodes_;
  return {};
}

std::string LmdbMetadata::write_format() {
  active_.set(Key::meta("format"), std::string(kMagic) + lmdb::encode_number(lmdb::kFormatVersion));
  std::swap(active_, flushing_);
  FsError e = commit(inodes_, next_id_);
  flushing_ = {};
  return e == FsError::ok ? std::string() : fmt::format("cannot be written: {}", name(e));
}

LmdbMetadata::~LmdbMetadata() { stop(); }

Async<FsError> LmdbMetadata::read(ReadFn fn) {
  std::shared_lock lock(tables_mutex_);
  if (gone_) return FsError::io;
  lmdb::View view(layers(), inodes_);
  return fn(view);
}

Async<FsError> LmdbMetadata::update(UpdateFn fn, CommitSeq* seq) {
  std::unique_lock lock(tables_mutex_);
  if (active_.bytes() > options_.pending_limit) return update_later(fn, seq);
  return apply(fn, seq);
}

// Too much is waiting for the disk: the caller waits for it too.
Task<FsError> LmdbMetadata::update_later(UpdateFn fn, CommitSeq* seq) {
  for (;;) {
    Async<FsError> room = wait_durable(last_seq());
    FsError e = co_await room;
    if (e != FsError::ok) co_return e;
    std::unique_lock lock(tables_mutex_);
    if (active_.bytes() <= options_.pending_limit) co_return apply(fn, seq);
  }
}

FsError LmdbMetadata::apply(UpdateFn fn, CommitSeq* seq) {
  if (gone_) return FsError::io;
  if (refused_ != FsError::ok) return refused_;
  bool first = active_.empty();
  lmdb::Txn txn(layers(), inodes_, next_id_);
  FsError e = fn(txn);
  if (e == FsError::ok) e = txn.error();
  // Asked again each time: while everything is refused there is no commit that would find the space that was
  // freed.
  if (e == FsError::ok && low_space_ && txn.grows()) {
    low_space_ = env_->free_space() < options_.reserve;
    if (low_space_) e = FsError::no_space;
  }
  if (e != FsError::ok) {
    txn.roll_back();
    return e;
  }
  inodes_ = txn.count();
  if (txn.changed()) seq_.store(seq_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  if (seq) *seq = seq_.load(std::memory_order_relaxed);
  txn.run_hooks();
  bool crowded = active_.bytes() > options_.pending_limit / 2;
  if ((first && txn.changed()) || crowded) {
    std::lock_guard lock(commit_mutex_);
    dirty_ = true;
    if (crowded) wanted_ = seq_.load(std::memory_order_relaxed);
    work_.notify_one();
  }
  return FsError::ok;
}

// Suspends until a commit settles whether seq is durable.
class LmdbMetadata::Until {
 public:
  Until(LmdbMetadata& store, CommitSeq seq) : store_(store), seq_(seq) {}
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> task) {
    Executor* home = Executor::current();
    DFS_CHECK(home != nullptr);
    std::lock_guard lock(store_.commit_mutex_);
    if (auto settled = store_.settled(seq_)) {
      result_ = *settled;
      return false;
    }
    store_.waiters_.push_back({seq_, task, home, &result_});
    store_.wanted_ = std::max(store_.wanted_, seq_);
    store_.work_.notify_one();
    return true;
  }
  FsError await_resume() const noexcept { return result_; }

 private:
  LmdbMetadata& store_;
  CommitSeq seq_;
  FsError result_ = FsError::ok;
};

// Whether it is known already what became of seq; under commit_mutex_.
std::optional<FsError> LmdbMetadata::settled(CommitSeq seq) const {
  if (crashed_) return FsError::io;
  if (seq <= durable_) return FsError::ok;
  if (failed_ != FsError::ok) return failed_;
  return {};
}

Async<FsError> LmdbMetadata::wait_durable(CommitSeq seq) {
  {
    std::lock_guard lock(commit_mutex_);
    if (auto known = settled(seq)) return *known;
  }
  return wait_later(seq);
}

Task<FsError> LmdbMetadata::wait_later(CommitSeq seq) {
  Until commit(*this, seq);
  co_return co_await commit;
}

void LmdbMetadata::set_commit_barrier(UniqueFunction<FsError()> barrier) {
  std::lock_guard lock(barrier_mutex_);
  barrier_ = std::move(barrier);
}

void LmdbMetadata::crash() {
  {
    std::lock_guard lock(commit_mutex_);
    crashed_ = true;
    work_.notify_one();
  }
  wake(UINT64_MAX, FsError::io);
  std::unique_lock lock(tables_mutex_);
  gone_ = true;
  active_ = {};
}

void LmdbMetadata::stop() {
  {
    std::lock_guard lock(commit_mutex_);
    stopping_ = true;
    work_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

FsError LmdbMetadata::close() {
  stop();
  std::unique_lock lock(tables_mutex_);
  gone_ = true;
  std::lock_guard commit_lock(commit_mutex_);
  return crashed_ ? FsError::io : failed_;
}

}  // namespace dfs::stores
