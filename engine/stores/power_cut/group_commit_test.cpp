#include <catch2/catch.hpp>

#include "engine/stores/power_cut/recorder.h"
#include "engine/stores/power_cut/stores_at.h"

// How many syncs durable answers cost when many clients wait for them; counted, not timed.
namespace dfs::power_cut {
namespace {

using namespace fs;
using namespace fs::contract;
using stores::TempFolder;

constexpr u64 kClients = 16, kEach = 12;

// A disk that is busy until every client that is still at work has a change waiting for it. A client that was
// answered and has not run since has none: what counts is what the store knows, not how far the threads are.
class BusyDisk {
 public:
  explicit BusyDisk(StoresAt& stores) : stores_(stores), durable_(stores.metadata().last_seq()) {
    stores_.metadata().set_commit_barrier([this] {
      while (!all_wait()) std::this_thread::yield();
      return stores_.content().sync();
    });
  }
  void leave() { --clients_; }  // a client has its last answer

 private:
  // A client has one change on its way at a time.
  bool all_wait() {
    while (stores_.metadata().wait_durable(durable_ + 1).ready()) ++durable_;
    return stores_.metadata().last_seq() - durable_ >= clients_;
  }
  StoresAt& stores_;
  CommitSeq durable_;  // on the committing thread only
  std::atomic<u64> clients_{kClients};
};

struct Counts {
  u64 commits = 0, database_syncs = 0, data_syncs = 0;
};

// kClients threads, each making kEach changes and waiting for every one to be durable.
template <class Change>
Counts run_clients(Machine& m, Recorder& recorder, Change change) {
  size_t before = recorder.take().size();
  u64 commits = m.stores->metadata().commits();
  BusyDisk disk(*m.stores);
  std::atomic<u64> failures{0};
  std::vector<std::thread> threads;
  for (u64 c = 0; c < kClients; ++c)
    threads.emplace_back([&, c] {
      BlockingExecutor here;
      for (u64 i = 0; i < kEach; ++i)
        if (change(c, i) != FsError::ok) ++failures;
      disk.leave();
    });
  for (auto& t : threads) t.join();
  m.stores->metadata().set_commit_barrier([&m] { return m.stores->content().sync(); });
  CHECK(failures == 0);
  Counts counts;
  counts.commits = m.stores->metadata().commits() - commits;
  std::vector<Op> log = recorder.take();
  u64 database = 0;
  for (const Op& op : log)
    if (op.kind == Op::rename && op.to == "data.mdb") database = op.file;
  REQUIRE(database != 0);
  for (size_t i = before; i < log.size(); ++i)
    if (log[i].kind == Op::sync) ++(log[i].file == database ? counts.database_syncs : counts.data_syncs);
  return counts;
}

}  // namespace

TEST_CASE("16 clients that wait for stable storage share commits and syncs") {
  TempFolder folder;
  Recorder recorder(folder.path());
  Machine m(folder.path());
  Credential root{0, 0, {}};
  // A change is in the commit that is about to begin or in the one after, so two commits take a change of
  // every client. At the beginning and at the end not all of them are there.
  constexpr u64 kMost = 2 * kEach + 4;
  static_assert(kMost <= kClients * kEach / 4);
  SECTION("writes of one file") {
    NodeRef f = ref(m.w.create(m.w.root(), "f").node);
    Counts n = run_clients(m, recorder, [&](u64 c, u64 i) {
      return wait(m.w.fs().write(root, f, (c * kEach + i) * 10, bytes("0123456789"), Stable::file_sync,
                                 IoCheck::owner_override))
          .error;
    });
    CHECK(n.commits <= kMost);
    CHECK(n.database_syncs == n.commits);
    CHECK(n.data_syncs <= n.commits + 3);  // and once the names of the file and of its folders
  }
  SECTION("creates") {
    SetAttr none;
    Counts n = run_clients(m, recorder, [&](u64 c, u64 i) {
      std::string name = std::to_string(c) + "." + std::to_string(i);
      return wait(m.w.fs().create(root, m.w.root(), name, CreateHow::guarded, none)).error;
    });
    CHECK(n.commits <= kMost);
    CHECK(n.database_syncs == n.commits);
    CHECK(n.data_syncs == 0);
  }
}

}  // namespace dfs::power_cut
