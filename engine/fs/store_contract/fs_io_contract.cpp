#include <catch2/catch.hpp>
#include <thread>

#include "engine/fs/store_contract/world.h"

namespace dfs::fs::contract {
namespace {

void writing(World& w) {
  NodeRef f = ref(w.create(w.root(), "f").node);
  w.tick();
  Inode before = w.get(f);
  WriteResult r = w.write(f, 3, "abc");
  REQUIRE(r.error == FsError::ok);
  CHECK(r.count == 3);
  CHECK(r.committed == Stable::file_sync);
  CHECK(r.file.before.change == before.change);
  CHECK(r.file.after.size == 6);
  CHECK(r.file.after.mtime == w.clock().wall());
  CHECK(r.file.after.ctime == w.clock().wall());
  CHECK(r.file.after.change > before.change);
  CHECK(r.file.after.space_used == 3);
  CHECK(w.text(f) == std::string("\0\0\0abc", 6));
  CHECK(w.write(f, 1, "x").file.after.size == 6);

  w.tick();
  before = w.get(f);
  r = w.write(f, 1000, "");  // RFC 1813 3.3.7: count 0 changes nothing
  CHECK(r.error == FsError::ok);
  CHECK(r.count == 0);
  CHECK(w.get(f).change == before.change);
  CHECK(w.get(f).size == 6);

  r = w.write(f, 0, "y", Stable::unstable);
  CHECK(r.committed == (w.stores().metadata().durable() ? Stable::unstable : Stable::file_sync));
  CHECK(w.write(f, 0, "y", Stable::data_sync).committed == Stable::file_sync);
  CHECK(wait(w.fs().commit(w.who, f, IoCheck::owner_override)).node.after.size == 6);
}

void limits(World& w) {
  NodeRef f = ref(w.create(w.root(), "f").node);
  CHECK(w.write(f, kMaxFileSize - 1, "x").error == FsError::ok);
  CHECK(w.write(f, kMaxFileSize, "x").error == FsError::file_too_large);
  CHECK(w.write(f, kMaxFileSize - 1, "xy").error == FsError::file_too_large);
  CHECK(w.write(f, UINT64_MAX, "x").error == FsError::file_too_large);
  CHECK(w.get(f).size == kMaxFileSize);
  ReadResult r = w.read(f, UINT64_MAX, 10);
  CHECK(r.error == FsError::ok);
  CHECK(r.eof);
  CHECK(r.data.empty());
  r = w.read(f, kMaxFileSize - 3, 100);
  CHECK(r.eof);
  CHECK(flatten(r.data) == std::string("\0\0x", 3));
}

void reading(World& w) {
  NodeRef f = ref(w.create(w.root(), "f").node);
  w.write(f, 0, "0123456789");
  auto at = [&](u64 offset, u32 count) {
    ReadResult r = w.read(f, offset, count);
    REQUIRE(r.error == FsError::ok);
    CHECK(r.known);
    return flatten(r.data) + (r.eof ? "|" : "");
  };
  CHECK(at(0, 4) == "0123");
  CHECK(at(6, 4) == "6789|");
  CHECK(at(6, 100) == "6789|");
  CHECK(at(10, 1) == "|");
  CHECK(at(11, 1) == "|");
  CHECK(at(2, 0) == "");
  CHECK(at(10, 0) == "|");
  NodeRef d = ref(w.mkdir(w.root(), "d").node), l = ref(w.symlink(w.root(), "l", "x").node);
  CHECK(w.read(d, 0, 1).error == FsError::is_directory);
  CHECK(w.read(l, 0, 1).error == FsError::symlink);
  CHECK(w.write(d, 0, "x").error == FsError::is_directory);
  CHECK(w.write(l, 0, "x").error == FsError::symlink);
}

void access_times(World& w) {
  NodeRef f = ref(w.create(w.root(), "f").node);
  w.write(f, 0, "x");
  w.tick();
  Inode before = w.get(f);
  ReadResult r = w.read(f, 0, 1);
  CHECK(r.node.atime == w.clock().wall());  // older than the last change
  CHECK(r.node.ctime == before.ctime);
  CHECK(r.node.change == before.change);
  w.tick();
  CHECK(w.read(f, 0, 1).node.atime < w.clock().wall());  // read since the last change
  w.clock().advance(25 * 3600 * kSecond);
  CHECK(w.read(f, 0, 1).node.atime == w.clock().wall());  // a day old
  w.tick();
  NodeRef l = ref(w.symlink(w.root(), "l", "x").node);
  w.tick();
  CHECK(wait(w.fs().readlink(w.who, l)).node.atime == w.clock().wall());
  w.list(w.root());
  CHECK(w.get(w.root()).atime == w.clock().wall());
}

}  // namespace

void fs_io(const StoreFactory& make) {
  World w(make);
  SECTION("writing") { writing(w); }
  SECTION("the largest file") { limits(w); }
  SECTION("reading") { reading(w); }
  SECTION("access times") { access_times(w); }
  SECTION("ctime does not go back when it is ahead of the clock") {
    NodeRef f = ref(w.create(w.root(), "f").node);
    auto ahead = [&](MetadataTxn& t) {
      Inode n = *t.inode(f.id);
      n.ctime.sec += 1000;
      t.put_inode(n);
      return FsError::ok;
    };
    REQUIRE(wait(w.fs().metadata().update(ahead)) == FsError::ok);
    Inode before = w.get(f);
    w.tick();
    Inode after = w.write(f, 0, "x").file.after;
    CHECK(after.ctime == before.ctime);
    CHECK(after.mtime == w.clock().wall());
    CHECK(after.change > before.change);
  }
  SECTION("a removed file's data goes with it") {
    NodeRef f = ref(w.create(w.root(), "f").node);
    w.write(f, 0, std::string(300000, 'x'));
    w.remove(w.root(), "f");
    CHECK(w.read(f, 0, 1).error == FsError::stale);
    NodeRef g = ref(w.create(w.root(), "f").node);
    w.setattr(g, with_size(10));
    CHECK(w.text(g) == std::string(10, '\0'));
  }
  SECTION("more than one transfer may hold is cut short") {
    NodeRef f = ref(w.create(w.root(), "f").node);
    WriteResult r = w.write(f, 0, std::string((1u << 20) + 5, 'x'));
    CHECK(r.count == 1u << 20);
    CHECK(w.get(f).size == 1u << 20);
    ReadResult got = w.read(f, 0, UINT32_MAX);
    CHECK(total_size(got.data) == 1u << 20);
    CHECK(got.eof);
  }
}

void fs_concurrency(const StoreFactory& make) {
  World w(make);
  NodeRef f = ref(w.create(w.root(), "f").node);
  auto in_threads = [&](std::vector<std::function<void()>> jobs) {
    std::vector<std::thread> threads;
    for (auto& job : jobs)
      threads.emplace_back([&job] {
        BlockingExecutor here;
        job();
      });
    for (auto& t : threads) t.join();
  };
  Credential root{0, 0, {}};
  auto write = [&](u64 at, std::string_view data) {
    return wait(w.fs().write(root, f, at, bytes(data), Stable::unstable, IoCheck::strict)).error;
  };
  SECTION("writers that extend one file") {
    std::atomic<int> failures{0};
    auto extend = [&](char c) {
      return [&, c] {
        for (int i = 0; i < 100; ++i)
          if (write((i * 2 + (c == 'b')) * 1000, std::string(1000, c)) != FsError::ok) ++failures;
      };
    };
    in_threads({extend('a'), extend('b')});
    CHECK(failures == 0);
    std::string all = w.text(f);
    REQUIRE(all.size() == 200000);
    for (size_t i = 0; i < all.size(); ++i)
      if (all[i] != (i / 1000 % 2 ? 'b' : 'a')) FAIL("byte " << i);
    CHECK(w.get(f).space_used == 200000);
  }
  SECTION("truncations against writes: what is inside the file was written or is zero, and sizes agree") {
    std::atomic<int> bad{0};
    auto writes = [&] {
      for (int i = 0; i < 300; ++i)
        if (write(i % 7 * 20000, std::string(30000, 'w')) != FsError::ok) ++bad;
    };
    auto cuts = [&] {
      for (int i = 0; i < 300; ++i) {
        SetAttr a = with_size(i % 11 * 9000);
        if (wait(w.fs().setattr(root, f, a)).error != FsError::ok) ++bad;
      }
    };
    auto reads = [&] {
      for (int i = 0; i < 300; ++i) {
        ReadResult r = wait(w.fs().read(root, f, 0, 200000, IoCheck::strict));
        if (r.error != FsError::ok || !r.eof) ++bad;
        for (const Slice& s : r.data)
          for (char c : s.view())
            if (c != 'w' && c != '\0') ++bad;
      }
    };
    in_threads({writes, cuts, reads});
    CHECK(bad == 0);
    // A final shrink and growth shows whether anything was left behind beyond the end.
    w.setattr(f, with_size(100));
    w.setattr(f, with_size(150000));
    CHECK(w.text(f).substr(100) == std::string(149900, '\0'));
    CHECK(w.get(f).space_used <= 100);
  }
  SECTION("clones both ways, holes and space, against writes: nobody waits for ever, and all add up") {
    NodeRef g = ref(w.create(w.root(), "g").node);
    const u64 unit = w.fs().facts().clone_unit;
    for (NodeRef n : {f, g}) REQUIRE(w.write(n, 0, std::string(3 * unit, 'w')).error == FsError::ok);
    std::atomic<int> bad{0};
    auto clones = [&](NodeRef from, NodeRef to) {
      return [&, from, to] {
        for (u64 i = 0; i < 60; ++i)
          if (wait(w.fs().clone({root, from, i % 3 * unit, IoCheck::strict},
                                {root, to, i % 2 * unit, IoCheck::strict}, unit))
                  .error != FsError::ok)
            ++bad;
      };
    };
    auto ranges = [&] {
      for (u64 i = 0; i < 60; ++i) {
        NodeRef n = i % 2 ? f : g;
        if (wait(w.fs().deallocate(root, n, i * 1000, 5000, IoCheck::strict)).error != FsError::ok) ++bad;
        if (wait(w.fs().allocate(root, n, i * 900, 9000, IoCheck::strict)).error != FsError::ok) ++bad;
        ReadPlusResult r = wait(w.fs().read_plus(root, n, 0, 1u << 20, IoCheck::strict));
        if (r.error != FsError::ok) ++bad;
      }
    };
    auto writes = [&] {
      for (u64 i = 0; i < 200; ++i)
        if (write(i * 5000 % (2 * unit), std::string(3000, 'w')) != FsError::ok) ++bad;
    };
    in_threads({clones(f, g), clones(g, f), ranges, writes});
    CHECK(bad == 0);
    for (NodeRef n : {f, g})
      for (char c : w.text(n))
        if (c != 'w' && c != '\0') FAIL("a byte nobody wrote");
  }
  SECTION("ACLs, modes and attributes of one file") {
    std::atomic<int> bad{0};
    auto acls = [&] {
      Acl acl = acl_of({allow(Who::user, ace::kReadData, 0, 5), allow(Who::everyone, ace::kReadAcl)});
      SetAttr a;
      a.dacl = &acl;
      for (int i = 0; i < 100; ++i)
        if (wait(w.fs().setattr(root, f, a)).error != FsError::ok) ++bad;
    };
    auto modes = [&] {
      SetAttr a = with_mode(0640);
      for (int i = 0; i < 100; ++i)
        if (wait(w.fs().setattr(root, f, a)).error != FsError::ok) ++bad;
    };
    auto looks = [&] {
      for (int i = 0; i < 100; ++i) {
        AclResult r = wait(w.fs().getacl(root, f));
        if (r.error != FsError::ok || mode_of(r.acls.dacl) != (r.node.mode & 0777)) ++bad;
      }
    };
    auto xattrs = [&](std::string name) {
      return [&, name] {
        for (int i = 0; i < 100; ++i) {
          if (wait(w.fs().setxattr(root, f, name, name, XattrHow::create)).error != FsError::ok) ++bad;
          if (wait(w.fs().removexattr(root, f, name)).error != FsError::ok) ++bad;
        }
      };
    };
    in_threads({acls, modes, looks, xattrs("a"), xattrs("b")});
    CHECK(bad == 0);
    CHECK(w.listxattrs(f) == "");
  }
  SECTION("removal against reads and writes") {
    std::atomic<int> bad{0};
    for (int round = 0; round < 30; ++round) {
      write(0, "0123456789");
      in_threads({[&] { wait(w.fs().remove(root, w.root(), "f")); },
                  [&] {
                    for (int i = 0; i < 20; ++i) {
                      ReadResult r = wait(w.fs().read(root, f, 0, 10, IoCheck::strict));
                      bool whole = r.error == FsError::ok && flatten(r.data) == "0123456789";
                      if (!whole && r.error != FsError::stale) ++bad;
                    }
                  },
                  [&] {
                    for (int i = 0; i < 20; ++i) {
                      FsError e = write(0, "0123456789");
                      if (e != FsError::ok && e != FsError::stale) ++bad;
                    }
                  }});
      f = ref(w.create(w.root(), "f").node);
    }
    CHECK(bad == 0);
  }
  SECTION("names: of many creators of one name one succeeds") {
    for (int round = 0; round < 20; ++round) {
      std::atomic<int> made{0};
      std::string name = "n" + std::to_string(round);
      auto create = [&] {
        SetAttr none;
        if (wait(w.fs().create(root, w.root(), name, CreateHow::guarded, none)).error == FsError::ok) ++made;
      };
      in_threads({create, create, create});
      CHECK(made == 1);
    }
    CHECK(w.get(w.root()).entries == w.list(w.root()).size());
  }
}

}  // namespace dfs::fs::contract
