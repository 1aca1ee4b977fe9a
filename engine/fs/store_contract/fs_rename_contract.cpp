#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"

namespace dfs::fs::contract {
namespace {

void simple(World& w) {
  NodeRef a = ref(w.mkdir(w.root(), "a").node), b = ref(w.mkdir(w.root(), "b").node);
  Inode f = w.create(a, "f").node;
  w.tick();
  RenameResult r = w.rename(a, "f", b, "g");
  REQUIRE(r.error == FsError::ok);
  WallTime now = w.clock().wall();
  for (const Change& c : {r.from_dir, r.to_dir}) {
    CHECK(c.known);
    CHECK(c.after.change > c.before.change);
    CHECK(c.after.mtime == now);
    CHECK(c.after.ctime == now);
  }
  CHECK(r.from_dir.after.entries == 0);
  CHECK(r.to_dir.after.entries == 1);
  CHECK(w.lookup(a, "f").error == FsError::not_found);
  Inode moved = w.lookup(b, "g").node;
  CHECK(moved.id == f.id);
  CHECK(moved.ctime == now);
  CHECK(moved.mtime == f.mtime);
  CHECK(moved.change > f.change);
}

void same_object(World& w) {
  NodeRef a = ref(w.mkdir(w.root(), "a").node);
  Inode f = w.create(a, "f").node;
  w.link(ref(f), a, "g");
  w.tick();
  Inode dir = w.get(a), node = w.get(ref(f));
  CHECK(w.rename(a, "f", a, "g").error == FsError::ok);
  CHECK(w.rename(a, "f", a, "f").error == FsError::ok);
  CHECK(w.list(a) == std::vector<std::string>{"f", "g"});
  CHECK(w.get(a).change == dir.change);
  CHECK(w.get(ref(f)).change == node.change);
}

void replacing(World& w) {
  NodeRef a = ref(w.mkdir(w.root(), "a").node);
  Inode f = w.create(a, "f").node, g = w.create(a, "g").node;
  w.link(ref(g), a, "g2");
  w.tick();
  CHECK(w.rename(a, "f", a, "g").error == FsError::ok);
  CHECK(w.lookup(a, "g").node.id == f.id);
  Inode left = w.get(ref(g));
  CHECK(left.nlink == 1);
  CHECK(left.ctime == w.clock().wall());
  CHECK(w.rename(a, "g", a, "g2").error == FsError::ok);
  CHECK(w.error_of(ref(g)) == FsError::stale);
  CHECK(w.list(a) == std::vector<std::string>{"g2"});
  CHECK(w.get(a).entries == 1);
}

void kinds(World& w) {
  NodeRef r = w.root();
  NodeRef d = ref(w.mkdir(r, "d").node), e = ref(w.mkdir(r, "e").node);
  w.create(r, "f");
  w.symlink(r, "l", "d");
  CHECK(w.rename(r, "d", r, "f").error == FsError::not_directory);
  CHECK(w.rename(r, "d", r, "l").error == FsError::not_directory);
  CHECK(w.rename(r, "f", r, "d").error == FsError::is_directory);
  CHECK(w.rename(r, "f", r, "l").error == FsError::ok);
  w.create(e, "x");
  CHECK(w.rename(r, "d", r, "e").error == FsError::not_empty);
  w.remove(e, "x");
  u32 links = w.get(r).nlink;
  CHECK(w.rename(r, "d", r, "e").error == FsError::ok);
  CHECK(w.error_of(e) == FsError::stale);
  CHECK(w.lookup(r, "e").node.id == d.id);
  CHECK(w.get(r).nlink == links - 1);
  CHECK(w.rename(r, "gone", r, "x").error == FsError::not_found);
  CHECK(w.rename(r, ".", r, "x").error == FsError::dot_name);
  CHECK(w.rename(r, "e", r, "..").error == FsError::dot_name);
  CHECK(w.rename(r, "e", r, "a/b").error == FsError::bad_name);
  CHECK(w.rename(r, "e", r, std::string(256, 'x')).error == FsError::name_too_long);
  NodeRef l = ref(w.lookup(r, "l").node);
  RenameResult bad = w.rename(l, "x", r, "y");
  CHECK(bad.error == FsError::not_directory);
  CHECK(bad.from_dir.known);
  CHECK(bad.to_dir.known);
}

void trees(World& w) {
  NodeRef r = w.root();
  NodeRef a = ref(w.mkdir(r, "a").node), b = ref(w.mkdir(a, "b").node), c = ref(w.mkdir(b, "c").node);
  CHECK(w.rename(r, "a", c, "x").error == FsError::invalid);
  CHECK(w.rename(r, "a", a, "x").error == FsError::invalid);
  CHECK(w.rename(a, "b", b, "x").error == FsError::invalid);
  CHECK(w.rename(b, "c", r, "a").error == FsError::not_empty);  // its own ancestor
  CHECK(w.get(r).nlink == 3);
  CHECK(w.rename(a, "b", r, "b").error == FsError::ok);
  CHECK(w.get(r).nlink == 4);
  CHECK(w.get(a).nlink == 2);
  CHECK(w.lookup(b, "..").node.id == kRootId);
  CHECK(w.rename(r, "a", c, "a").error == FsError::ok);
  CHECK(w.lookup(a, "..").node.id == c.id);
  CHECK(w.get(r).nlink == 3);
  CHECK(w.get(c).nlink == 3);
  // Over an empty directory elsewhere: links as if it had been removed first.
  NodeRef d = ref(w.mkdir(r, "d").node);
  CHECK(w.rename(c, "a", r, "d").error == FsError::ok);
  CHECK(w.get(r).nlink == 4);
  CHECK(w.get(c).nlink == 2);
  CHECK(w.error_of(d) == FsError::stale);
}

}  // namespace

void fs_rename(const StoreFactory& make) {
  World w(make);
  SECTION("to another directory") { simple(w); }
  SECTION("two names of one object") { same_object(w); }
  SECTION("over a file") { replacing(w); }
  SECTION("of different kinds") { kinds(w); }
  SECTION("of trees") { trees(w); }
  SECTION("the entry moves to the end of the listing") {
    for (auto n : {"1", "2", "3"}) w.create(w.root(), n);
    w.rename(w.root(), "1", w.root(), "4");
    CHECK(w.list(w.root()) == std::vector<std::string>{"2", "3", "4"});
  }
}

}  // namespace dfs::fs::contract
