#include <thread>

#include "engine/fs/store_contract/metadata_text.h"

namespace dfs::fs::contract {

void metadata_transactions(const StoreFactory& make) {
  auto s = make();
  FileId dir(5);
  auto setup = [&](MetadataTxn& t) {
    t.put_inode(inode_of(10, 1));
    t.put_dirent(dir, "a", {3, FileId(10), FileType::regular});
    t.put_dirent(dir, "b", {4, FileId(11), FileType::regular});
    t.put_dirent(dir, "c", {5, FileId(12), FileType::regular});
    t.put_row(Table::xattr, "k", "v");
    return FsError::ok;
  };
  REQUIRE(update(*s, setup) == FsError::ok);

  SECTION("a failed update leaves nothing behind") {
    CommitSeq before = s->metadata().last_seq();
    bool hook = false;
    FileId first(0), second(0);
    auto fail = [&](MetadataTxn& t) {
      first = t.new_id();
      t.put_inode(inode_of(10, 9));
      t.put_inode(inode_of(77, 9));
      t.erase_inode(FileId(10));
      t.erase_dirent(dir, "b");
      t.put_dirent(dir, "a", {9, FileId(70), FileType::directory});
      t.put_dirent(dir, "new", {10, FileId(71), FileType::directory});
      t.put_row(Table::xattr, "k", "w");
      t.put_row(Table::xattr, "k2", "w");
      t.erase_row(Table::xattr, "k");
      t.on_commit([&] { hook = true; });
      return FsError::not_empty;
    };
    CHECK(update(*s, fail) == FsError::not_empty);
    CHECK_FALSE(hook);
    CHECK(s->metadata().last_seq() == before);
    auto check = [&](MetadataView& v) {
      CHECK(same(*v.inode(FileId(10)), inode_of(10, 1)));
      CHECK(v.inode(FileId(77)).error() == FsError::not_found);
      CHECK(v.inode_count() == 1);
      CHECK(names(v, dir) == "a b c ");
      CHECK(v.lookup(dir, "a")->cookie == 3);
      CHECK(v.lookup(dir, "new").error() == FsError::not_found);
      return FsError::ok;
    };
    REQUIRE(read(*s, check) == FsError::ok);
    CHECK(dump(*s, Table::xattr) == "k=v ");
    auto again = [&](MetadataTxn& t) {
      second = t.new_id();
      return FsError::ok;
    };
    REQUIRE(update(*s, again) == FsError::ok);
    CHECK(second > first);
    CHECK(first > kRootId);
  }
  SECTION("positions go up by update, hooks run before update() resolves") {
    CommitSeq a = 0, b = 0;
    int order = 0;
    REQUIRE(update(
                *s,
                [&](MetadataTxn& t) {
                  t.on_commit([&] { order = 1; });
                  t.put_row(Table::xattr, "x", "1");
                  return FsError::ok;
                },
                &a) == FsError::ok);
    CHECK(order == 1);
    REQUIRE(update(
                *s,
                [&](MetadataTxn& t) {
                  t.put_row(Table::xattr, "x", "2");
                  return FsError::ok;
                },
                &b) == FsError::ok);
    CHECK(b > a);
    CHECK(s->metadata().last_seq() >= b);
  }
  SECTION("what a view reads is of one moment, whatever other threads change") {
    std::atomic<bool> stop{false}, torn{false};
    std::thread writer([&] {
      BlockingExecutor here;
      for (u64 i = 1; !stop; ++i) {
        auto both = [&](MetadataTxn& t) {
          t.put_inode(inode_of(30, i));
          t.put_row(Table::xattr, "pair", std::to_string(i));
          t.put_dirent(dir, "pair", {6 + i, FileId(i), FileType::regular});
          return FsError::ok;
        };
        if (update(*s, both) != FsError::ok) torn = true;
      }
    });
    auto look = [&](MetadataView& v) {
      auto n = v.inode(FileId(30));
      auto r = v.row(Table::xattr, "pair");
      auto d = v.lookup(dir, "pair");
      if (n.has_value() != r.has_value() || n.has_value() != d.has_value()) return FsError::corrupt;
      if (n && (std::to_string(n->space_used) != *r || d->id.value != n->space_used)) return FsError::corrupt;
      return FsError::ok;
    };
    for (int i = 0; i < 2000; ++i)
      if (read(*s, look) != FsError::ok) torn = true;
    stop = true;
    writer.join();
    CHECK_FALSE(torn);
  }
}

void metadata_durability(const StoreFactory& make) {
  auto s = make();
  auto put = [&](std::string key, CommitSeq* seq) {
    auto fn = [&](MetadataTxn& t) {
      t.put_row(Table::server, key, "v");
      return FsError::ok;
    };
    return update(*s, fn, seq);
  };
  CommitSeq one = 0, two = 0;
  REQUIRE(put("one", &one) == FsError::ok);
  CHECK(wait(s->metadata().wait_durable(one)) == FsError::ok);
  SECTION("after a crash every further call is refused") {
    s->metadata().crash();
    CHECK(put("late", nullptr) == FsError::io);
    CHECK(read(*s, [](MetadataView&) { return FsError::ok; }) == FsError::io);
    CHECK(wait(s->metadata().wait_durable(one)) == FsError::io);
  }
  SECTION("what was durable survives a crash, and of the rest a prefix") {
    for (int i = 0; i < 50; ++i) REQUIRE(put("x" + std::to_string(100 + i), &two) == FsError::ok);
    s->metadata().crash();
    s->open();
    std::string left = dump(*s, Table::server);
    if (!s->durable()) {
      CHECK(left.empty());
    } else {
      CHECK(left.find("one=v ") != left.npos);
      for (int i = 1; i < 50; ++i)
        if (left.find("x" + std::to_string(100 + i)) != left.npos)
          CHECK(left.find("x" + std::to_string(99 + i)) != left.npos);
    }
  }
  SECTION("a closed store comes back whole and gives no id again") {
    if (!s->durable()) return;
    FileId before(0), after(0);
    auto make_id = [](FileId& out) {
      return [&out](MetadataTxn& t) {
        out = t.new_id();
        t.put_inode(inode_of(out.value, 1));
        return FsError::ok;
      };
    };
    REQUIRE(update(*s, make_id(before)) == FsError::ok);
    REQUIRE(put("two", &two) == FsError::ok);
    REQUIRE(s->metadata().close() == FsError::ok);
    s->open();
    CHECK(dump(*s, Table::server) == "one=v two=v ");
    REQUIRE(update(*s, make_id(after)) == FsError::ok);
    CHECK(after > before);
  }
  SECTION("the barrier runs before anything becomes durable") {
    if (!s->durable()) return;
    std::atomic<int> barriers{0};
    s->metadata().set_commit_barrier([&] {
      ++barriers;
      return FsError::ok;
    });
    REQUIRE(put("two", &two) == FsError::ok);
    CHECK(wait(s->metadata().wait_durable(two)) == FsError::ok);
    CHECK(barriers > 0);
    s->metadata().set_commit_barrier({});
  }
}

}  // namespace dfs::fs::contract
