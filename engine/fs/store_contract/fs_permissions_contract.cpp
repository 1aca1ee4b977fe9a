#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"

namespace dfs::fs::contract {
namespace {

void classes(World& w) {
  std::vector<u32> groups{500, 20, 501};
  Credential owner = user(1, 99), member = user(2, 99, groups), other = user(3, 99);
  for (u32 mode = 0; mode < 01000; mode += 3) {
    NodeRef f = w.file_of(1, 20, static_cast<u16>(mode), "f" + std::to_string(mode));
    auto granted = [&](const Credential& who) {
      w.who = who;
      u32 a = w.access(f);
      return (a & kRead ? 4 : 0) + (a & kModify ? 2 : 0) + (a & kExecute ? 1 : 0);
    };
    // The first class that matches decides, even when a later one would allow more.
    CHECK(u32(granted(owner)) == (mode >> 6 & 7));
    CHECK(u32(granted(member)) == (mode >> 3 & 7));
    CHECK(u32(granted(other)) == (mode & 7));
    CHECK(granted(user(0, 0)) == (mode & 0111 ? 7 : 6));
  }
}

void sticky(World& w) {
  NodeRef d = w.dir_of(1, 1, 01777, "d");
  w.who = user(2, 2);
  w.create(d, "of2");
  w.mkdir(d, "dir2");
  w.who = user(3, 3);
  w.create(d, "of3");
  w.mkdir(d, "dir3");
  CHECK(w.remove(d, "of2").error == FsError::access);
  CHECK(w.rmdir(d, "dir2").error == FsError::access);
  CHECK(w.rename(d, "of2", d, "stolen").error == FsError::access);
  CHECK(w.rename(d, "of3", d, "of2").error == FsError::access);    // replaces another's file
  CHECK(w.rename(d, "dir3", d, "dir2").error == FsError::access);  // or directory
  CHECK(w.rename(d, "of3", d, "of3b").error == FsError::ok);
  CHECK(w.remove(d, "of3b").error == FsError::ok);
  w.who = user(1, 1);  // the directory's owner
  CHECK(w.remove(d, "of2").error == FsError::ok);
  w.who = user(0, 0);
  CHECK(w.rmdir(d, "dir2").error == FsError::ok);
}

}  // namespace

void fs_permissions(const StoreFactory& make) {
  World w(make);
  SECTION("owner, group, other: the first that matches") { classes(w); }
  SECTION("access bits of directories") {
    NodeRef d = w.dir_of(1, 1, 0754, "d");
    w.who = user(1, 1);
    CHECK(w.access(d) == (kRead | kLookup | kModify | kExtend | kDelete));
    w.who = user(2, 1);
    CHECK(w.access(d) == (kRead | kLookup));
    w.who = user(3, 3);
    CHECK(w.access(d) == kRead);
    CHECK(w.access(d, kLookup) == 0);
  }
  SECTION("searching and changing a directory") {
    NodeRef d = w.dir_of(1, 1, 0751, "d");
    w.who = user(1, 1);
    w.create(d, "f");
    w.mkdir(d, "sub");
    auto can = [&](NodeRef dir) {
      FsError look = w.lookup(dir, "f").error;
      auto visit = [](std::string_view, const Dirent&, const Inode*) { return true; };
      FsError list = wait(w.fs().readdir(w.who, dir, 0, false, visit)).error;
      FsError make = w.create(dir, "new").error;
      FsError drop = w.remove(dir, "new").error;
      return std::string(name(look)) + " " + name(list) + " " + name(make) + " " + name(drop);
    };
    w.who = user(2, 2);  // x
    CHECK(can(d) == "ok access access not_found");
    w.who = user(2, 1);  // rx
    CHECK(can(d) == "ok ok access not_found");
    CHECK(w.remove(d, "f").error == FsError::access);
    CHECK(w.rmdir(d, "sub").error == FsError::access);
    CHECK(w.mkdir(d, "sub").error == FsError::exists);  // what is there is told first
    w.who = user(1, 1);
    CHECK(can(d) == "ok ok ok ok");
    w.who = user(0, 0);
    w.setattr(d, with_mode(0666));
    CHECK(can(d) == "ok ok ok ok");
    w.who = user(1, 1);
    CHECK(can(d) == "access ok access access");
    CHECK(w.lookup(d, "..").error == FsError::access);
    CHECK(w.lookup(d, ".").error == FsError::access);
  }
  SECTION("reading and writing data") {
    NodeRef f = w.file_of(1, 1, 0444, "f");
    auto io = [&](IoCheck check) {
      FsError r = w.read(f, 0, 1, check).error, wr = w.write(f, 0, "x", Stable::unstable, check).error;
      return std::string(name(r)) + " " + name(wr);
    };
    w.who = user(1, 1);
    CHECK(io(IoCheck::strict) == "ok access");
    CHECK(io(IoCheck::owner_override) == "ok ok");
    w.who = user(2, 2);
    CHECK(io(IoCheck::owner_override) == "ok access");
    CHECK(io(IoCheck::open_elsewhere) == "ok ok");
    w.who = user(0, 0);
    CHECK(io(IoCheck::strict) == "ok ok");
    w.setattr(f, with_mode(0711));
    w.who = user(2, 2);
    CHECK(io(IoCheck::strict) == "access access");
    CHECK(io(IoCheck::owner_override) == "ok access");  // execute implies read
    CHECK(wait(w.fs().commit(w.who, f, IoCheck::owner_override)).error == FsError::ok);
    CHECK(wait(w.fs().commit(w.who, f, IoCheck::strict)).error == FsError::access);
  }
  SECTION("sticky directories") { sticky(w); }
  SECTION("what may be renamed") {
    NodeRef a = w.dir_of(1, 1, 0777, "a"), b = w.dir_of(2, 2, 0755, "b");
    w.who = user(0, 0);
    NodeRef d = ref(w.mkdir(a, "d", with_mode(0755)).node);
    w.who = user(1, 1);
    w.create(a, "f");
    CHECK(w.rename(a, "f", b, "f").error == FsError::access);
    w.who = user(0, 0);
    w.setattr(b, with_mode(0777));
    w.who = user(1, 1);
    CHECK(w.rename(a, "f", b, "f").error == FsError::ok);
    // A directory that gets another parent is written to: its ".." changes.
    CHECK(w.rename(a, "d", b, "d").error == FsError::access);
    CHECK(w.rename(a, "d", a, "d2").error == FsError::ok);
    w.who = user(0, 0);
    w.setattr(d, with_mode(0777));
    w.who = user(1, 1);
    CHECK(w.rename(a, "d2", b, "d").error == FsError::ok);
  }
}

}  // namespace dfs::fs::contract
