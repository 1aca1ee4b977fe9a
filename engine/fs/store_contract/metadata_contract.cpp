#include <catch2/catch.hpp>
#include <thread>

#include "engine/fs/store_contract/fixture.h"

namespace dfs::fs::contract {
namespace {

using Table = MetadataView::Table;

Inode inode_of(u64 id, u64 tag) {
  Inode n{};
  n.id = FileId(id);
  n.generation = tag * 3;
  n.type = FileType::regular;
  n.mode = 0640;
  n.nlink = 2;
  n.uid = 0xfffffffe;
  n.gid = 7;
  n.size = tag << 40;
  n.space_used = tag;
  n.change = tag + 1;
  n.atime = {-1, 999'999'999};
  n.mtime = {1'700'000'000, 1};
  n.ctime = {i64(1) << 40, 2};
  n.btime = {0, 3};
  n.rdev_major = 8;
  n.rdev_minor = 0xffffffff;
  n.parent = FileId(2);
  n.next_cookie = 3;
  n.entries = 4;
  n.create_verifier = 0x0123456789abcdef;
  n.has_create_verifier = true;
  return n;
}

bool same(const Inode& a, const Inode& b) {
  return a.id == b.id && a.generation == b.generation && a.type == b.type && a.mode == b.mode &&
         a.nlink == b.nlink && a.uid == b.uid && a.gid == b.gid && a.size == b.size &&
         a.space_used == b.space_used && a.change == b.change && a.atime == b.atime && a.mtime == b.mtime &&
         a.ctime == b.ctime && a.btime == b.btime && a.rdev_major == b.rdev_major &&
         a.rdev_minor == b.rdev_minor && a.parent == b.parent && a.next_cookie == b.next_cookie &&
         a.entries == b.entries && a.create_verifier == b.create_verifier &&
         a.has_create_verifier == b.has_create_verifier;
}

template <class F>
FsError update(StoreFixture& s, F fn, CommitSeq* seq = nullptr) {
  return wait(s.metadata().update(fn, seq));
}
template <class F>
FsError read(StoreFixture& s, F fn) {
  return wait(s.metadata().read(fn));
}

// Every row of a table under a prefix, as "key=value " text.
std::string dump(StoreFixture& s, Table table, std::string_view prefix = {}, std::string_view after = {}) {
  std::string out;
  auto get = [&](MetadataView& v) {
    return v.rows(table, prefix, after, [&](std::string_view k, std::string_view value) {
      out.append(k).append("=").append(value).append(" ");
      return true;
    });
  };
  REQUIRE(read(s, get) == FsError::ok);
  return out;
}

std::string names(MetadataView& v, FileId dir, Cookie after = 0, size_t limit = SIZE_MAX) {
  std::string out;
  size_t n = 0;
  FsError e = v.scan(dir, after, false, [&](std::string_view name, const Dirent& d, const Inode* node) {
    CHECK(node == nullptr);
    CHECK(d.cookie > after);
    if (n++ == limit) return false;
    out.append(name).append(" ");
    return true;
  });
  REQUIRE(e == FsError::ok);
  return out;
}
std::string names(StoreFixture& s, FileId dir, Cookie after = 0, size_t limit = SIZE_MAX) {
  std::string out;
  auto get = [&](MetadataView& v) {
    out = names(v, dir, after, limit);
    return FsError::ok;
  };
  REQUIRE(read(s, get) == FsError::ok);
  return out;
}

}  // namespace

void metadata_rows(const StoreFactory& make) {
  auto s = make();
  SECTION("an inode comes back whole, can be replaced and erased") {
    auto put = [](MetadataTxn& t) {
      t.put_inode(inode_of(10, 1));
      t.put_inode(inode_of(11, 2));
      t.put_inode(inode_of(10, 3));
      CHECK(same(*t.inode(FileId(10)), inode_of(10, 3)));
      return FsError::ok;
    };
    REQUIRE(update(*s, put) == FsError::ok);
    auto check = [](MetadataView& v) {
      CHECK(same(*v.inode(FileId(10)), inode_of(10, 3)));
      CHECK(same(*v.inode(FileId(11)), inode_of(11, 2)));
      CHECK(v.inode(FileId(12)).error() == FsError::not_found);
      CHECK(v.inode_count() == 2);
      return FsError::ok;
    };
    REQUIRE(read(*s, check) == FsError::ok);
    auto erase = [](MetadataTxn& t) {
      t.erase_inode(FileId(10));
      CHECK(t.inode(FileId(10)).error() == FsError::not_found);
      CHECK(t.inode_count() == 1);
      return FsError::ok;
    };
    REQUIRE(update(*s, erase) == FsError::ok);
  }
  SECTION("all inodes in order of ids") {
    auto put = [](MetadataTxn& t) {
      for (u64 id : {300, 5, 70000, 11}) t.put_inode(inode_of(id, id));
      t.erase_inode(FileId(5));
      return FsError::ok;
    };
    REQUIRE(update(*s, put) == FsError::ok);
    auto check = [](MetadataView& v) {
      std::vector<u64> ids;
      auto visit = [&](const Inode& n) {
        CHECK(same(n, inode_of(n.id.value, n.id.value)));
        ids.push_back(n.id.value);
        return ids.size() < 2;
      };
      CHECK(v.inodes(FileId(0), visit) == FsError::ok);
      CHECK(ids == std::vector<u64>{11, 300});
      ids.clear();
      CHECK(v.inodes(FileId(11), visit) == FsError::ok);
      CHECK(ids == std::vector<u64>{300, 70000});
      return FsError::ok;
    };
    REQUIRE(read(*s, check) == FsError::ok);
  }
  SECTION("rows of a table in key order, under a prefix, after a key") {
    auto put = [](MetadataTxn& t) {
      for (auto k : {"b1", "a2", "a1", "b", "a3", "c"}) t.put_row(Table::xattr, k, std::string("v") + k);
      t.put_row(Table::content, "a9", "other table");
      t.put_row(Table::xattr, "empty", {});
      t.put_row(Table::xattr, std::string_view("\0\xff", 2), std::string_view("\0", 1));
      return FsError::ok;
    };
    REQUIRE(update(*s, put) == FsError::ok);
    CHECK(dump(*s, Table::xattr, "a") == "a1=va1 a2=va2 a3=va3 ");
    CHECK(dump(*s, Table::xattr, "a", "a1") == "a2=va2 a3=va3 ");
    CHECK(dump(*s, Table::xattr, "b") == "b=vb b1=vb1 ");
    CHECK(dump(*s, Table::xattr, "b", "b") == "b1=vb1 ");
    CHECK(dump(*s, Table::xattr, "zz").empty());
    CHECK(dump(*s, Table::content) == "a9=other table ");
    auto edit = [](MetadataTxn& t) {
      t.put_row(Table::xattr, "a2", "new");
      t.erase_row(Table::xattr, "a1");
      t.erase_row(Table::xattr, "never there");
      CHECK(*t.row(Table::xattr, "a2") == "new");
      CHECK(t.row(Table::xattr, "empty")->empty());
      CHECK(*t.row(Table::xattr, std::string_view("\0\xff", 2)) == std::string_view("\0", 1));
      CHECK(t.row(Table::xattr, "a1").error() == FsError::not_found);
      return FsError::ok;
    };
    REQUIRE(update(*s, edit) == FsError::ok);
    CHECK(dump(*s, Table::xattr, "a") == "a2=new a3=va3 ");
  }
  SECTION("a visitor ends the scan by false") {
    auto put = [](MetadataTxn& t) {
      for (char c = 'a'; c < 'f'; ++c) t.put_row(Table::server, std::string(1, c), "");
      int seen = 0;
      CHECK(t.rows(Table::server, {}, {}, [&](auto, auto) { return ++seen < 2; }) == FsError::ok);
      CHECK(seen == 2);
      return FsError::ok;
    };
    REQUIRE(update(*s, put) == FsError::ok);
  }
  SECTION("a value of 64 KiB") {
    std::string big(65536, 'x');
    REQUIRE(update(*s, [&](MetadataTxn& t) {
              t.put_row(Table::content, "k", big);
              return FsError::ok;
            }) == FsError::ok);
    CHECK(dump(*s, Table::content) == "k=" + big + " ");
  }
}

void metadata_directories(const StoreFactory& make) {
  auto s = make();
  FileId dir(5), other(6);
  SECTION("entries by name and in cookie order") {
    auto put = [&](MetadataTxn& t) {
      t.put_dirent(dir, "zeta", {3, FileId(20), FileType::directory});
      t.put_dirent(dir, "alpha", {4, FileId(21), FileType::regular});
      t.put_dirent(other, "alpha", {3, FileId(22), FileType::fifo});
      t.put_dirent(dir, std::string(255, 'n'), {5, FileId(23), FileType::symlink});
      t.put_dirent(dir, "alph", {6, FileId(24), FileType::regular});
      t.put_inode(inode_of(21, 1));
      return FsError::ok;
    };
    REQUIRE(update(*s, put) == FsError::ok);
    CHECK(names(*s, dir) == "zeta alpha " + std::string(255, 'n') + " alph ");
    CHECK(names(*s, dir, 4) == std::string(255, 'n') + " alph ");
    CHECK(names(*s, dir, 6).empty());
    CHECK(names(*s, dir, 0, 1) == "zeta ");
    CHECK(names(*s, FileId(99)).empty());
    auto check = [&](MetadataView& v) {
      auto d = v.lookup(dir, "alpha");
      CHECK(d->cookie == 4);
      CHECK(d->id == FileId(21));
      CHECK(d->type == FileType::regular);
      CHECK(v.lookup(other, "alpha")->type == FileType::fifo);
      CHECK(v.lookup(dir, "alp").error() == FsError::not_found);
      int nodes = 0;
      v.scan(dir, 0, true, [&](std::string_view name, const Dirent&, const Inode* node) {
        CHECK((node != nullptr) == (name == "alpha"));
        nodes += node != nullptr && same(*node, inode_of(21, 1));
        return true;
      });
      CHECK(nodes == 1);
      return FsError::ok;
    };
    REQUIRE(read(*s, check) == FsError::ok);
    auto change = [&](MetadataTxn& t) {
      t.erase_dirent(dir, "zeta");
      t.erase_dirent(dir, "never there");
      t.put_dirent(dir, "alpha", {7, FileId(25), FileType::socket});
      CHECK(t.lookup(dir, "zeta").error() == FsError::not_found);
      CHECK(t.lookup(dir, "alpha")->cookie == 7);
      CHECK(names(t, dir) == std::string(255, 'n') + " alph alpha ");
      return FsError::ok;
    };
    REQUIRE(update(*s, change) == FsError::ok);
    CHECK(names(*s, dir) == std::string(255, 'n') + " alph alpha ");
    CHECK(names(*s, other) == "alpha ");
  }
  SECTION("a listing in pages survives any change between them") {
    Cookie next = kFirstCookie;
    auto add = [&](int n) {
      auto fn = [&](MetadataTxn& t) {
        for (int i = 0; i < n; ++i, ++next)
          t.put_dirent(dir, "f" + std::to_string(next), {next, FileId(next), FileType::regular});
        return FsError::ok;
      };
      REQUIRE(update(*s, fn) == FsError::ok);
    };
    add(2000);
    std::vector<Cookie> seen;
    Cookie at = 0;
    for (int page = 0;; ++page) {
      size_t before = seen.size();
      auto get = [&](MetadataView& v) {
        return v.scan(dir, at, false, [&](std::string_view, const Dirent& d, const Inode*) {
          if (seen.size() == before + 100) return false;
          seen.push_back(d.cookie);
          return true;
        });
      };
      REQUIRE(read(*s, get) == FsError::ok);
      if (seen.size() == before) break;
      at = seen.back();
      // Take away some that were seen, the one just seen included, and some that were not.
      auto drop = [&](MetadataTxn& t) {
        for (Cookie c : {at, at - 50, at + 7}) t.erase_dirent(dir, "f" + std::to_string(c));
        return FsError::ok;
      };
      REQUIRE(update(*s, drop) == FsError::ok);
      if (page < 3) add(10);
    }
    CHECK(std::is_sorted(seen.begin(), seen.end()));
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    // All but those dropped before they were seen.
    for (Cookie c = kFirstCookie; c < next; ++c) {
      bool listed = std::binary_search(seen.begin(), seen.end(), c);
      bool dropped = c >= kFirstCookie + 100 + 6 && !listed;
      CHECK((listed || dropped));
    }
    CHECK(seen.size() + 25 > next - kFirstCookie);
  }
  SECTION("many entries, removed from the front, the back and between") {
    constexpr u64 kMany = 5000;
    auto fill = [&](MetadataTxn& t) {
      for (u64 i = 0; i < kMany; ++i)
        t.put_dirent(dir, std::to_string(i), {kFirstCookie + i, FileId(100 + i), FileType::regular});
      return FsError::ok;
    };
    REQUIRE(update(*s, fill) == FsError::ok);
    auto thin = [&](MetadataTxn& t) {
      for (u64 i = 0; i < kMany; ++i)
        if (i < 1000 || i >= 4000 || i % 3 == 0) t.erase_dirent(dir, std::to_string(i));
      return FsError::ok;
    };
    REQUIRE(update(*s, thin) == FsError::ok);
    std::string expected;
    for (u64 i = 1000; i < 4000; ++i)
      if (i % 3) expected += std::to_string(i) + " ";
    CHECK(names(*s, dir) == expected);
    auto check = [&](MetadataView& v) {
      for (u64 i = 0; i < kMany; ++i) {
        bool gone = i < 1000 || i >= 4000 || i % 3 == 0;
        if (v.lookup(dir, std::to_string(i)).has_value() == gone) return FsError::corrupt;
      }
      return FsError::ok;
    };
    CHECK(read(*s, check) == FsError::ok);
  }
}

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
