#include <catch2/catch.hpp>
#include <thread>

#include "engine/fs/fault_store.h"
#include "engine/fs/store_contract/world.h"
#include "engine/fs/trace_store.h"
#include "engine/stores/tests/fixtures.h"

namespace dfs::stores {
namespace {

using namespace fs;
using namespace fs::contract;

// A file system on memory stores, behind a trace and fault points.
struct Decorated {
  ManualClock clock;
  Trace trace{clock};
  Random random{1};
  fault::Registry faults{random, trace};
  MemoryMetadata memory{random};
  MemoryContent bytes_in_memory{1u << 30};
  FaultMetadata faulty_metadata{memory, faults};
  FaultContent faulty_content{bytes_in_memory, faults};
  TraceMetadata metadata{faulty_metadata, trace};
  TraceContent content{faulty_content, trace};
  std::unique_ptr<FileSystem> fs;
  Credential root{0, 0, {}};
  NodeRef file;

  Decorated() {
    declare_store_points(faults);
    fs = std::move(*wait(FileSystem::open(metadata, content, clock, random, {})));
    SetAttr none;
    file = ref(wait(fs->create(root, fs->root(), "f", CreateHow::guarded, none)).node);
  }
  u64 arm(const char* point, fault::Action action, u64 nth = 0) {
    fault::Trigger t;
    t.nth = nth;
    auto rule = faults.arm({*fault::parse_point(point), t, action});
    REQUIRE(rule.has_value());
    return *rule;
  }
  WriteResult write(std::string_view data) {
    return wait(fs->write(root, file, 0, contract::bytes(data), Stable::file_sync, IoCheck::strict));
  }
};

fault::Action error(FsError e) { return {fault::ActionKind::error, static_cast<i64>(e)}; }

}  // namespace

TEST_CASE("an error before a call keeps it from happening, after it only its answer") {
  Decorated d;
  d.arm("store.update.before", error(FsError::no_space), 1);
  CHECK(d.write("abc").error == FsError::no_space);
  CHECK(wait(d.fs->getattr(d.file)).node.size == 0);
  d.faults.heal();
  CHECK(d.write("abc").error == FsError::ok);
  SetAttr none;
  d.arm("store.update.after", error(FsError::io), 1);
  CHECK(wait(d.fs->create(d.root, d.fs->root(), "g", CreateHow::guarded, none)).error == FsError::io);
  d.faults.heal();
  CHECK(wait(d.fs->lookup(d.root, d.fs->root(), "g")).error == FsError::ok);
}

TEST_CASE("a write whose metadata fails leaves no bytes behind the end of the file") {
  Decorated d;
  REQUIRE(d.write("abc").error == FsError::ok);
  for (const char* point : {"store.update.before", "store.write.after"}) {
    d.arm(point, error(FsError::no_space), 1);
    CHECK(wait(d.fs->write(d.root, d.file, 100, contract::bytes("lost"), Stable::unstable, IoCheck::strict))
              .error == FsError::no_space);
    d.faults.heal();
    SetAttr grow;
    grow.size = 200;
    REQUIRE(wait(d.fs->setattr(d.root, d.file, grow)).error == FsError::ok);
    CHECK(flatten(wait(d.fs->read(d.root, d.file, 3, 1000, IoCheck::strict)).data) == std::string(197, '\0'));
    grow.size = 3;
    REQUIRE(wait(d.fs->setattr(d.root, d.file, grow)).error == FsError::ok);
  }
}

TEST_CASE("store points know their calls, and whatever names a file can be matched") {
  Decorated d;
  auto typo = d.faults.arm({*fault::parse_point("store.wriet.before"), {}, error(FsError::io)});
  REQUIRE_FALSE(typo.has_value());
  CHECK(typo.error().find("has no wriet") != std::string::npos);
  fault::Trigger other;
  other.file = 99999;
  auto rule = d.faults.arm({*fault::parse_point("store.write.before"), other, error(FsError::io)});
  CHECK(d.write("abc").error == FsError::ok);
  CHECK(d.faults.status(*rule).fired == 0);
}

TEST_CASE("a call can be held and let go") {
  Decorated d;
  u64 rule = d.arm("store.write.before", {fault::ActionKind::pause});
  std::atomic<bool> released{false};
  std::thread other([&] {
    while (d.faults.status(rule).fired == 0) std::this_thread::yield();
    released = true;
    d.faults.disarm(rule);
  });
  CHECK(d.write("abc").error == FsError::ok);
  CHECK(released);
  other.join();
}

TEST_CASE("a commit that is made to fail is undone; one whose answer fails is not") {
  TempFolder folder;
  ManualClock clock;
  Trace trace(clock);
  Random random(1);
  fault::Registry faults(random, trace);
  auto store = std::move(*LmdbMetadata::open(folder.path(), small_lmdb()));
  FaultMetadata faulty(*store, faults);
  faulty.set_commit_barrier({});
  auto put = [&](const char* key) {
    CommitSeq seq = 0;
    auto fn = [&](MetadataTxn& t) {
      t.put_row(MetadataView::Table::server, key, "v");
      return FsError::ok;
    };
    if (FsError e = wait(faulty.update(fn, &seq)); e != FsError::ok) return e;
    return wait(faulty.wait_durable(seq));
  };
  auto arm = [&](const char* point) {
    REQUIRE(faults.arm({*fault::parse_point(point), {}, error(FsError::io)}).has_value());
  };
  auto there = [&](const char* key) {
    bool found = false;
    auto fn = [&](MetadataView& v) {
      found = v.row(MetadataView::Table::server, key).has_value();
      return FsError::ok;
    };
    REQUIRE(wait(store->read(fn)) == FsError::ok);
    return found;
  };
  arm("store.txn.commit.after");
  CHECK(put("a") == FsError::io);
  CHECK(there("a"));
  faults.heal();
  arm("store.txn.commit.before");
  CHECK(put("b") == FsError::io);
  CHECK_FALSE(there("b"));
}

TEST_CASE("a trace tells what the stores were asked and what they answered") {
  Decorated d;
  d.trace.enable(true);
  d.arm("store.write.before", error(FsError::quota), 2);
  d.write("abc");
  d.write("abcd");
  std::string told;
  for (const TraceEvent& e : d.trace.since(0)) {
    if (std::string_view(e.name()) != "store.write") continue;
    for (auto& f : e.fields)
      told += std::visit(
          [&](auto& v) {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(v)>, std::string>)
              return std::string(f.key) + "=" + v + " ";
            else
              return std::string(f.key) + "=" + std::to_string(v) + " ";
          },
          f.value);
  }
  std::string id = std::to_string(d.file.id.value);
  CHECK(told == "file=" + id + " offset=0 bytes=3 error=ok file=" + id + " offset=0 bytes=4 error=quota ");
}

}  // namespace dfs::stores
