#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"

namespace dfs::fs::contract {

void fs_directories(const StoreFactory& make) {
  World w(make);
  NodeRef r = w.root();
  SECTION("entries carry id, type and attributes as they are") {
    Inode f = w.create(r, "f").node, d = w.mkdir(r, "d").node;
    w.write(ref(f), 0, "12345");
    std::vector<std::pair<std::string, u64>> seen;
    Cookie last = 0;
    auto visit = [&](std::string_view name, const Dirent& e, const Inode* n) {
      REQUIRE(n != nullptr);
      CHECK(n->id == e.id);
      CHECK(n->type == e.type);
      CHECK(e.cookie >= kFirstCookie);
      CHECK(e.cookie > last);
      last = e.cookie;
      seen.emplace_back(name, n->size);
      return true;
    };
    ReadDirResult got = wait(w.fs().readdir(w.who, r, 0, true, visit));
    CHECK(got.eof);
    CHECK(got.dir_known);
    CHECK(seen == std::vector<std::pair<std::string, u64>>{{"f", 5}, {"d", 4096}});
    CHECK(d.size == 4096);
  }
  SECTION("pages, cookies and the end") {
    for (int i = 0; i < 100; ++i) w.create(r, "f" + std::to_string(i));
    std::vector<std::string> names;
    Cookie at = 0;
    bool eof = false;
    while (!eof) {
      int n = 0;
      auto visit = [&](std::string_view name, const Dirent& e, const Inode*) {
        if (++n > 7) return false;
        names.emplace_back(name);
        at = e.cookie;
        return true;
      };
      ReadDirResult got = wait(w.fs().readdir(w.who, r, at, false, visit));
      REQUIRE(got.error == FsError::ok);
      eof = got.eof;
      // Between pages: the entry just seen goes, and one comes.
      if (names.size() % 14 == 0) {
        w.remove(r, names.back());
        w.create(r, "later" + std::to_string(names.size()));
      }
    }
    for (int i = 0; i < 100; ++i) CHECK(std::count(names.begin(), names.end(), "f" + std::to_string(i)) == 1);
  }
  SECTION("positions that never were") {
    w.create(r, "f");
    auto visit = [](std::string_view, const Dirent&, const Inode*) { return true; };
    CHECK(wait(w.fs().readdir(w.who, r, 1, false, visit)).error == FsError::ok);
    CHECK(wait(w.fs().readdir(w.who, r, kFirstCookie, false, visit)).eof);
    ReadDirResult bad = wait(w.fs().readdir(w.who, r, kFirstCookie + 1, false, visit));
    CHECK(bad.error == FsError::bad_cookie);
    CHECK(bad.dir_known);
    CHECK(wait(w.fs().readdir(w.who, r, UINT64_MAX, false, visit)).error == FsError::bad_cookie);
    NodeRef f = ref(w.lookup(r, "f").node);
    CHECK(wait(w.fs().readdir(w.who, f, 0, false, visit)).error == FsError::not_directory);
  }
  SECTION("a position stays good after its entry is gone") {
    w.create(r, "a");
    w.remove(r, "a");
    auto visit = [](std::string_view, const Dirent&, const Inode*) { return true; };
    CHECK(wait(w.fs().readdir(w.who, r, kFirstCookie, false, visit)).eof);
  }
  SECTION("sizes follow the number of entries") {
    for (int i = 0; i < 33; ++i) w.create(r, std::to_string(i));
    Inode n = w.get(r);
    CHECK(n.entries == 33);
    CHECK(n.size == 8192);
    CHECK(n.space_used == 8192);
    w.remove(r, "7");
    CHECK(w.get(r).size == 4096);
  }
}

// What a durable pair of stores brings back.
void fs_restart(const StoreFactory& make) {
  World w(make);
  if (!w.stores().durable()) return;
  NodeRef r = w.root();
  auto uuid = w.fs().uuid();
  u64 verifier = w.fs().write_verifier();
  NodeRef d = ref(w.mkdir(r, "d").node);
  NodeRef f = ref(w.create(d, "f").node);
  w.symlink(d, "l", "somewhere");
  std::string data(200000, 'q');
  SECTION("all of it, under the same handles, after a clean stop") {
    w.write(f, 0, data, Stable::unstable);
    w.restart();
    CHECK(w.text(f) == data);
    CHECK(w.get(f).space_used == data.size());
    CHECK(w.fs().uuid() == uuid);
    CHECK(w.fs().write_verifier() == verifier);  // nothing was lost
    CHECK(w.list(d) == std::vector<std::string>{"f", "l"});
    CHECK(wait(w.fs().readlink(w.who, ref(w.lookup(d, "l").node))).text == "somewhere");
    CHECK(w.create(d, "f").error == FsError::exists);
    Inode n = w.create(d, "g").node;
    CHECK(n.id > f.id);
    w.crash();
    CHECK(w.fs().write_verifier() != verifier);
  }
  SECTION("what was answered as stable, after a power cut") {
    w.write(f, 0, data, Stable::file_sync);
    w.write(f, 100000, "later", Stable::unstable);
    w.crash();
    CHECK(w.get(f).size == data.size());
    std::string found = w.text(f);
    CHECK(found.substr(0, 100000) == data.substr(0, 100000));
    CHECK(found.substr(100005) == data.substr(100005));
    CHECK(w.fs().uuid() == uuid);
    CHECK(w.fs().write_verifier() != verifier);
    CHECK(w.list(d) == std::vector<std::string>{"f", "l"});
  }
  SECTION("COMMIT makes earlier writes stable") {
    w.write(f, 0, data, Stable::unstable);
    CHECK(wait(w.fs().commit(w.who, f, IoCheck::owner_override)).error == FsError::ok);
    w.crash();
    CHECK(w.text(f) == data);
  }
  SECTION("every change of names, one by one") {
    w.rename(d, "f", r, "f2");
    w.crash();
    CHECK(w.lookup(r, "f2").node.id == f.id);
    CHECK(w.lookup(d, "f").error == FsError::not_found);
    w.link(f, d, "f3");
    w.remove(r, "f2");
    w.crash();
    CHECK(w.list(d) == std::vector<std::string>{"l", "f3"});
    CHECK(w.get(f).nlink == 1);
    w.setattr(f, with_size(77));
    w.crash();
    CHECK(w.get(f).size == 77);
    w.remove(d, "f3");
    w.crash();
    CHECK(w.error_of(f) == FsError::stale);
  }
}

}  // namespace dfs::fs::contract
