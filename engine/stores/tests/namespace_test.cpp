#include <malloc.h>
#include <pthread.h>

#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"
#include "engine/stores/tests/fixtures.h"

// Directories, trees and files at the size at which what is linear, recursive or kept shows.
namespace dfs::stores {
namespace {

using namespace fs;
using namespace fs::contract;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr u64 kScale = 20;  // sanitizers cost that much
constexpr bool kMeasured = false;
#else
constexpr u64 kScale = 1;
constexpr bool kMeasured = true;  // the heap tells how much of it is in use
#endif

u64 heap_in_use() {
  struct mallinfo2 m = mallinfo2();
  return m.uordblks + m.hblkhd;
}

// The cache of inodes has its own bound, LmdbOptions::cached_inodes; a small one shows what else is kept.
std::unique_ptr<StoreFixture> large_lmdb() {
  LmdbOptions options;
  options.cached_inodes = 512;
  return std::make_unique<LmdbFixture>(options);
}

std::string entry(u64 i) { return "file-" + std::to_string(i); }

// Files without data, many to an update: what is tried here is the tables, not as many commits.
void fill(World& w, u64 count) {
  constexpr u64 kBatch = 1000;
  for (u64 i = 0; i < count; i += kBatch) {
    auto batch = [&](MetadataTxn& t) {
      Inode dir = *t.inode(kRootId);
      for (u64 k = i; k < std::min(count, i + kBatch); ++k) {
        Inode n{};
        n.id = t.new_id();
        n.generation = 1;
        n.type = FileType::regular;
        n.mode = 0644;
        n.nlink = 1;
        t.put_inode(n);
        t.put_dirent(kRootId, entry(k), {dir.next_cookie++, n.id, n.type});
        ++dir.entries;
      }
      t.put_inode(dir);
      return FsError::ok;
    };
    REQUIRE(wait(w.stores().metadata().update(batch)) == FsError::ok);
  }
  // A commit under way takes memory of its own.
  REQUIRE(wait(w.stores().metadata().wait_durable(w.stores().metadata().last_seq())) == FsError::ok);
}

// Takes `limit` entries after `at` and moves it; false at the end.
template <class Each>
bool page(World& w, Cookie& at, u64 limit, Each each) {
  Credential root{0, 0, {}};
  u64 n = 0;
  auto visit = [&](std::string_view name, const Dirent& e, const Inode*) {
    if (n++ == limit) return false;
    REQUIRE(e.cookie > at);
    at = e.cookie;
    each(name);
    return true;
  };
  ReadDirResult r = wait(w.fs().readdir(root, w.root(), at, true, visit));
  REQUIRE(r.error == FsError::ok);
  return !r.eof;
}

// Names come, go and change while a listing of all of them is on its way.
class Changes {
 public:
  explicit Changes(World& w) : w_(w), thread_([this] { run(); }) {}
  ~Changes() {
    stop_ = true;
    thread_.join();
    CHECK(failures_ == 0);
  }
  static constexpr u64 kTouched = 997;  // every so many-th name of the directory is changed
  std::atomic<u64> made{0};

 private:
  void run() {
    BlockingExecutor here;
    Credential root{0, 0, {}};
    SetAttr none;
    for (u64 i = 0; !stop_; ++i) {
      std::string old = entry(i * kTouched), fresh = "new-" + std::to_string(i);
      FsError e = i % 2 ? wait(w_.fs().rename(root, w_.root(), old, w_.root(), "renamed-" + old)).error
                        : wait(w_.fs().remove(root, w_.root(), old)).error;
      if (e != FsError::ok && e != FsError::not_found) ++failures_;
      if (wait(w_.fs().create(root, w_.root(), fresh, CreateHow::guarded, none)).error != FsError::ok)
        ++failures_;
      ++made;
      made.notify_one();
    }
  }
  World& w_;
  std::atomic<bool> stop_{false};
  std::atomic<u64> failures_{0};
  std::thread thread_;
};

void list_a_million(const StoreFactory& make) {
  constexpr u64 kCount = 1'000'000 / kScale;
  World w(make);
  w.leave_damaged();  // the directory's size was not kept up to date
  fill(w, kCount);

  // Nothing that grows with the directory is kept, neither during a page nor between pages.
  constexpr u64 kPage = 500;
  u64 before = heap_in_use(), peak = 0, seen = 0;
  Cookie at = 0;
  while (page(w, at, kPage, [&](std::string_view) {
    // In the middle of some pages: the heap looks at every free block to answer.
    if (++seen % 50'000 == kPage / 2) peak = std::max(peak, heap_in_use());
  })) {
  }
  CHECK(seen == kCount);
  if (kMeasured) CHECK(peak <= before + kPage * 300);

  std::vector<bool> found(kCount);
  u64 twice = 0, others = 0;
  at = 0;
  {
    Changes changes(w);
    u64 pages = 0;
    while (page(w, at, 2000, [&](std::string_view name) {
      if (!name.starts_with("file-")) {
        ++others;
        return;
      }
      u64 i = std::stoull(std::string(name.substr(5)));
      twice += found[i];
      found[i] = true;
    })) {
      // The end of the listing moves as long as names are made.
      if (++pages % 25 == 0) changes.made.wait(changes.made);
      if (pages > 2 * kCount / 2000) break;
    }
    CHECK(changes.made >= pages / 25);
  }
  CHECK(twice == 0);
  u64 missing = 0;
  for (u64 i = 0; i < kCount; ++i) missing += !found[i] && i % Changes::kTouched != 0;
  CHECK(missing == 0);
}

// Runs f on a thread with little stack.
template <class F>
void with_small_stack(F f) {
  pthread_attr_t attr;
  REQUIRE(pthread_attr_init(&attr) == 0);
  REQUIRE(pthread_attr_setstacksize(&attr, kMeasured ? 128 << 10 : 1 << 20) == 0);
  pthread_t thread;
  auto body = [](void* fn) -> void* {
    (*static_cast<F*>(fn))();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attr, body, &f) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attr);
}

void deep_tree(const StoreFactory& make) {
  constexpr u64 kDepth = 4000;
  World w(make);
  std::vector<NodeRef> way{w.root()};
  FsError cycle = FsError::ok, out = FsError::io, getattr = FsError::io;
  u64 climbed = 0;
  Credential root{0, 0, {}};
  SetAttr none;
  with_small_stack([&] {
    BlockingExecutor here;
    for (u64 i = 0; i < kDepth; ++i) way.push_back(ref(wait(w.fs().mkdir(root, way.back(), "d", none)).node));
    NodeRef at = way.back();
    getattr = wait(w.fs().getattr(at)).error;
    for (; at.id != kRootId; ++climbed) at = ref(wait(w.fs().lookup(root, at, "..")).node);
    // A directory does not go below itself, however far down.
    cycle = wait(w.fs().rename(root, w.root(), "d", way.back(), "inside")).error;
    out = wait(w.fs().rename(root, way[kDepth / 2], "d", w.root(), "out")).error;
  });
  CHECK(getattr == FsError::ok);
  CHECK(climbed == kDepth);
  CHECK(cycle == FsError::invalid);
  CHECK(out == FsError::ok);
  CHECK(w.list(way[kDepth / 2]).empty());
  CHECK(w.findings() == "");
}

void many_held(const StoreFactory& make, u64 count) {
  World w(make);
  std::vector<NodeRef> files;
  for (u64 i = 0; i < count; ++i) {
    files.push_back(ref(w.create(w.root(), entry(i)).node));
    w.fs().hold(files.back().id);
  }
  for (u64 i = 0; i < count; i += 2) REQUIRE(w.remove(w.root(), entry(i)).error == FsError::ok);
  for (u64 i = 0; i < count; i += 1000) {
    CHECK(w.get(files[i]).nlink == (i % 2 == 0 ? 0 : 1));
    CHECK(w.write(files[i], 0, "still here", Stable::unstable).error == FsError::ok);
    CHECK(w.text(files[i]) == "still here");
  }
  for (const NodeRef& f : files) REQUIRE(wait(w.fs().release(f.id)) == FsError::ok);
  u64 left = 0;
  for (u64 i = 0; i < count; ++i) {
    FsError e = w.error_of(files[i]);
    left += e == FsError::ok;
    if (e != (i % 2 == 0 ? FsError::stale : FsError::ok)) FAIL("file " << i << ": " << name(e));
  }
  CHECK(left == count / 2);
}

// 2^63 - 1 bytes, of which a few are there.
void sparse_file(const StoreFactory& make) {
  World w(make);
  NodeRef f = ref(w.create(w.root(), "f").node);
  u64 free = wait(w.fs().statfs(w.root()))->free_bytes;
  auto zeros = [](const ReadResult& r) {
    return flatten(r.data).find_first_not_of('\0') == std::string::npos;
  };
  CHECK(w.write(f, kMaxFileSize, "x").error == FsError::file_too_large);
  CHECK(w.write(f, kMaxFileSize - 1, "xy").error == FsError::file_too_large);
  REQUIRE(w.write(f, kMaxFileSize - 1, "x").error == FsError::ok);
  CHECK(w.get(f).size == kMaxFileSize);
  CHECK(w.get(f).space_used <= 1u << 16);

  Random random(5);
  for (int i = 0; i < 200; ++i) {
    ReadResult r = w.read(f, random.next() % (kMaxFileSize - (1u << 20)), 65536);
    REQUIRE(r.error == FsError::ok);
    CHECK(total_size(r.data) == 65536);
    CHECK(zeros(r));
  }
  ReadResult last = w.read(f, kMaxFileSize - 100, 65536);
  CHECK(flatten(last.data) == std::string(99, '\0') + "x");
  CHECK(last.eof);
  CHECK(w.read(f, kMaxFileSize, 10).eof);

  REQUIRE(w.setattr(f, with_size(10)).error == FsError::ok);
  CHECK(w.get(f).space_used == 0);
  REQUIRE(w.setattr(f, with_size(kMaxFileSize)).error == FsError::ok);
  CHECK(zeros(w.read(f, kMaxFileSize - 100, 100)));
  CHECK(w.setattr(f, with_size(kMaxFileSize + 1)).error == FsError::file_too_large);
  for (int i = 0; i < 100; ++i)
    REQUIRE(w.write(f, random.next() % (kMaxFileSize - 10), "spread", Stable::unstable).error == FsError::ok);
  CHECK(w.get(f).space_used >= 600);
  u64 now = wait(w.fs().statfs(w.root()))->free_bytes;
  CHECK(now + (u64(64) << 20) >= free);  // 100 chunks at most, whatever the file's size
  REQUIRE(w.setattr(f, with_size(0)).error == FsError::ok);
  CHECK(w.get(f).space_used == 0);
}

}  // namespace

TEST_CASE("a directory of a million entries is listed whole while names change, in memory") {
  list_a_million(memory_stores);
}
TEST_CASE("a directory of a million entries is listed whole while names change, on LMDB") {
  list_a_million(large_lmdb);
}

TEST_CASE("a tree of 4000 levels needs no stack") {
  SECTION("memory") { deep_tree(memory_stores); }
  SECTION("lmdb") { deep_tree(lmdb_stores); }
}

TEST_CASE("a hundred thousand files are held open, every second without a name") {
  SECTION("memory") { many_held(memory_stores, 100'000 / kScale); }
  SECTION("lmdb") { many_held(lmdb_stores, 4000 / kScale); }  // each change is a commit
}

TEST_CASE("files of 8 EiB") {
  SECTION("memory") { sparse_file(memory_stores); }
  SECTION("durable") { sparse_file(durable_stores); }
}

TEST_CASE("a hundred thousand small files in memory take less than 1 KiB each") {
  constexpr u64 kFiles = 100'000 / kScale;
  World w(memory_stores);
  u64 before = heap_in_use();
  for (u64 i = 0; i < kFiles; ++i) {
    NodeRef f = ref(w.create(w.root(), entry(i)).node);
    REQUIRE(w.write(f, 0, std::string(300, 'x'), Stable::unstable).error == FsError::ok);
  }
  if (kMeasured) CHECK((heap_in_use() - before) / kFiles < 1024);
}

}  // namespace dfs::stores
