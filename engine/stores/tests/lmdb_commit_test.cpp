#include <atomic>
#include <thread>

#include "engine/stores/tests/lmdb_world.h"

// When changes become durable, and what happens when they cannot.
namespace dfs::stores {

using namespace fs;
using fs::contract::wait;
using Table = MetadataView::Table;

TEST_CASE("callers that wait at the same time share a commit") {
  TempFolder folder;
  auto store = open_ok(folder.path());
  store->set_commit_barrier([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // a disk
    return FsError::ok;
  });
  u64 before = store->commits();
  std::vector<std::thread> clients;
  std::atomic<int> failures{0};
  constexpr int kClients = 16, kEach = 10;
  for (int c = 0; c < kClients; ++c)
    clients.emplace_back([&, c] {
      BlockingExecutor here;
      for (int i = 0; i < kEach; ++i) {
        CommitSeq seq;
        if (put(*store, std::to_string(c), std::to_string(i), &seq) != FsError::ok) ++failures;
        if (wait(store->wait_durable(seq)) != FsError::ok) ++failures;
      }
    });
  for (auto& t : clients) t.join();
  CHECK(failures == 0);
  CHECK(store->commits() - before <= kClients * kEach / 4);
  store->set_commit_barrier({});
}

TEST_CASE("changes that nobody waits for become durable soon") {
  TempFolder folder;
  LmdbOptions options = small_lmdb();
  options.flush_after = std::chrono::milliseconds(1);
  auto store = open_ok(folder.path(), options);
  std::atomic<int> barriers{0};
  store->set_commit_barrier([&] {
    ++barriers;
    return FsError::ok;
  });
  put(*store, "k", "v");
  for (int i = 0; i < 5000 && barriers == 0; ++i) std::this_thread::sleep_for(std::chrono::microseconds(100));
  CHECK(barriers > 0);
  store->set_commit_barrier({});
}

TEST_CASE("what waits for the disk is bounded: then callers wait too") {
  TempFolder folder;
  auto store = open_ok(folder.path());
  std::atomic<bool> stuck{true};
  store->set_commit_barrier([&] {
    stuck.wait(true);
    return FsError::ok;
  });
  std::string value(10000, 'v');
  int taken = 0;
  for (bool ready = true; ready && taken < 1000; ++taken) {
    auto fn = [&](MetadataTxn& t) {
      t.put_row(Table::server, std::to_string(taken), value);
      return FsError::ok;
    };
    ready = store->update(fn).ready();  // one that is not has not begun
  }
  CHECK(taken > 20);
  CHECK(taken < 80);  // two memtables of 256 KiB
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    stuck = false;
    stuck.notify_all();
  });
  BlockingExecutor here;
  CHECK(put(*store, "after", "v") == FsError::ok);
  later.join();
  CHECK(*get(*store, "after") == "v");
  store->set_commit_barrier({});
}

TEST_CASE("a commit that fails is undone, and no more are taken") {
  Quiet quiet;
  TempFolder folder;
  auto store = open_ok(folder.path());
  CommitSeq one, two;
  put(*store, "k", "old", &one);
  REQUIRE(wait(store->wait_durable(one)) == FsError::ok);
  store->set_commit_barrier([] { return FsError::no_space; });
  put(*store, "k", "new", &two);
  CHECK(*get(*store, "k") == "new");
  CHECK(wait(store->wait_durable(two)) == FsError::no_space);
  CHECK(*get(*store, "k") == "old");
  CHECK(put(*store, "k", "newer") == FsError::no_space);
  CHECK(wait(store->wait_durable(one)) == FsError::ok);
  CHECK(wait(store->wait_durable(store->last_seq())) == FsError::no_space);
  CHECK(store->close() == FsError::no_space);
  store.reset();
  store = open_ok(folder.path());
  CHECK(*get(*store, "k") == "old");
  CHECK(put(*store, "k", "newer") == FsError::ok);
}

TEST_CASE("with little disk space left only what takes none is done") {
  TempFolder folder;
  LmdbOptions options = small_lmdb();
  {
    auto store = open_ok(folder.path(), options);
    put(*store, "k", "v");
    store->close();
  }
  options.reserve = u64(1) << 60;
  auto store = open_ok(folder.path(), options);
  auto add = [](MetadataTxn& t) {
    t.put_row(Table::content, "new", "v");
    return FsError::ok;
  };
  CHECK(wait(store->update(add)) == FsError::no_space);
  CHECK(put(*store, "the server's own", "v") == FsError::ok);
  auto erase = [](MetadataTxn& t) {
    t.erase_row(Table::server, "k");
    return FsError::ok;
  };
  CHECK(wait(store->update(erase)) == FsError::ok);
  CHECK(get(*store, "k").error() == FsError::not_found);
}

}  // namespace dfs::stores
