#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"

namespace dfs::fs::contract {
namespace {

SetAttr owner(std::optional<u32> uid, std::optional<u32> gid) {
  SetAttr a;
  a.uid = uid;
  a.gid = gid;
  return a;
}
SetAttr times(SetAttr::Time atime, SetAttr::Time mtime) {
  SetAttr a;
  a.atime_how = atime;
  a.mtime_how = mtime;
  a.atime = {11, 1};
  a.mtime = {22, 2};
  return a;
}

void modes(World& w) {
  NodeRef f = w.file_of(1, 1, 0644, "f");
  w.who = user(2, 2);
  CHECK(w.setattr(f, with_mode(0777)).error == FsError::perm);
  w.who = user(1, 1);
  CHECK(w.setattr(f, with_mode(06755)).node.after.mode == 06755);
  w.who = user(1, 5);  // not in the file's group any more
  CHECK(w.setattr(f, with_mode(06755)).node.after.mode == 04755);
  w.who = user(0, 0);
  CHECK(w.setattr(f, with_mode(07777)).node.after.mode == 07777);
  CHECK(w.setattr(f, with_mode(0170000 | 0644)).node.after.mode == 0644);
}

void owners(World& w) {
  NodeRef f = w.file_of(1, 1, 0755, "f");
  std::vector<u32> groups{10, 11};
  w.who = user(1, 1, groups);
  CHECK(w.setattr(f, owner(2, {})).error == FsError::perm);
  CHECK(w.setattr(f, owner(1, 10)).node.after.gid == 10);
  CHECK(w.setattr(f, owner({}, 12)).error == FsError::perm);
  w.who = user(3, 3);
  CHECK(w.setattr(f, owner({}, 3)).error == FsError::perm);
  CHECK(w.setattr(f, owner(1, 10)).error == FsError::perm);
  w.who = user(0, 0);
  Inode n = w.setattr(f, owner(4, 5)).node.after;
  CHECK(n.uid == 4);
  CHECK(n.gid == 5);
  CHECK(w.setattr(f, owner(0xfffffffe, 0xfffffffe)).error == FsError::ok);
}

// Set-id bits end with the ownership they spoke for, and with a change of the program by others.
void set_id_bits(World& w) {
  std::vector<u32> groups{10};
  NodeRef f = w.file_of(1, 1, 06755, "f");
  w.who = user(1, 1, groups);
  CHECK(w.setattr(f, owner({}, 10)).node.after.mode == 0755);
  w.who = user(0, 0);
  w.setattr(f, with_mode(06755));
  CHECK(w.setattr(f, owner(2, {})).node.after.mode == 0755);
  w.setattr(f, with_mode(02745));  // no group execute: not a set-group-ID program
  CHECK(w.setattr(f, owner(1, {})).node.after.mode == 02745);
  SetAttr both = owner(1, 1);
  both.mode = 04755;
  CHECK(w.setattr(f, both).node.after.mode == 04755);

  NodeRef d = w.dir_of(1, 1, 02755, "d");
  CHECK(w.setattr(d, owner(2, 2)).node.after.mode == 02755);

  for (bool truncate : {false, true}) {
    auto change = [&] {
      if (truncate)
        CHECK(w.setattr(f, with_size(0)).error == FsError::ok);
      else
        CHECK(w.write(f, 0, "x").error == FsError::ok);
      return w.get(f).mode;
    };
    w.who = user(0, 0);
    w.setattr(f, with_mode(06777));
    CHECK(change() == 06777);
    w.who = user(3, 3);
    CHECK(change() == 0777);
    w.who = user(0, 0);
    w.setattr(f, with_mode(06767));
    w.who = user(3, 3);
    CHECK(change() == 02767);
  }
}

void explicit_times(World& w) {
  using Time = SetAttr::Time;
  NodeRef f = w.file_of(1, 1, 0666, "f"), g = w.file_of(1, 1, 0644, "g");
  w.tick();
  w.who = user(1, 1);
  Inode n = w.setattr(f, times(Time::client, Time::client)).node.after;
  CHECK(n.atime == WallTime{11, 1});
  CHECK(n.mtime == WallTime{22, 2});
  CHECK(n.ctime == w.clock().wall());
  n = w.setattr(f, times(Time::keep, Time::server)).node.after;
  CHECK(n.atime == WallTime{11, 1});
  CHECK(n.mtime == w.clock().wall());
  w.who = user(2, 2);
  CHECK(w.setattr(f, times(Time::client, Time::client)).error == FsError::perm);
  CHECK(w.setattr(f, times(Time::server, Time::client)).error == FsError::perm);
  CHECK(w.setattr(f, times(Time::server, Time::keep)).error == FsError::perm);
  CHECK(w.setattr(f, times(Time::keep, Time::server)).error == FsError::perm);
  CHECK(w.setattr(f, times(Time::server, Time::server)).error == FsError::ok);
  CHECK(w.setattr(g, times(Time::server, Time::server)).error == FsError::access);
  w.who = user(0, 0);
  CHECK(w.setattr(g, times(Time::client, Time::keep)).error == FsError::ok);
}

void sizes(World& w) {
  NodeRef f = w.file_of(1, 1, 0644, "f");
  w.who = user(1, 1);
  w.write(f, 0, "0123456789");
  w.tick();
  SetAttrResult r = w.setattr(f, with_size(4));
  CHECK(r.error == FsError::ok);
  CHECK(r.node.before.size == 10);
  CHECK(r.node.after.size == 4);
  CHECK(r.node.after.mtime == w.clock().wall());
  CHECK(r.node.after.ctime == w.clock().wall());
  w.setattr(f, with_size(8));
  CHECK(w.text(f) == std::string("0123\0\0\0\0", 8));
  CHECK(w.setattr(f, with_size(kMaxFileSize)).node.after.size == kMaxFileSize);
  CHECK(w.setattr(f, with_size(kMaxFileSize + 1)).error == FsError::file_too_large);
  w.who = user(2, 2);
  CHECK(w.setattr(f, with_size(0)).error == FsError::access);
  w.who = user(0, 0);
  NodeRef d = ref(w.mkdir(w.root(), "d").node), l = ref(w.symlink(w.root(), "l", "x").node);
  CHECK(w.setattr(d, with_size(0)).error == FsError::is_directory);
  CHECK(w.setattr(l, with_size(0)).error == FsError::invalid);
  SetAttr with_time = with_size(1);
  with_time.mtime_how = SetAttr::Time::client;
  with_time.mtime = {5, 5};
  CHECK(w.setattr(f, with_time).node.after.mtime == WallTime{5, 5});
  w.setattr(f, with_mode(0444));
  w.who = user(1, 1);
  CHECK(w.setattr(f, with_size(0)).error == FsError::ok);  // the owner override
  SetAttr zero = with_size(0);
  CHECK(wait(w.fs().setattr(w.who, f, zero, {}, IoCheck::strict)).error == FsError::access);
}

}  // namespace

void fs_attributes(const StoreFactory& make) {
  World w(make);
  SECTION("chmod") { modes(w); }
  SECTION("chown") { owners(w); }
  SECTION("set-id bits") { set_id_bits(w); }
  SECTION("utimes") { explicit_times(w); }
  SECTION("truncate") { sizes(w); }
  SECTION("a change of attributes changes ctime and the counter, nothing changes neither") {
    Inode n = w.create(w.root(), "f").node;
    w.tick();
    SetAttrResult r = w.setattr(ref(n), {});
    CHECK(r.error == FsError::ok);
    CHECK(r.node.after.change == n.change);
    CHECK(r.node.after.ctime == n.ctime);
    r = w.setattr(ref(n), with_mode(n.mode));
    CHECK(r.node.after.change > n.change);
    CHECK(r.node.after.ctime == w.clock().wall());
    CHECK(r.node.after.mtime == n.mtime);
  }
  SECTION("the guard") {
    Inode n = w.create(w.root(), "f").node;
    w.tick();
    CHECK(w.setattr(ref(n), with_mode(0600), n.ctime).error == FsError::ok);
    SetAttrResult r = w.setattr(ref(n), with_mode(0700), n.ctime);
    CHECK(r.error == FsError::not_sync);
    CHECK(r.node.known);
    CHECK(w.get(ref(n)).mode == 0600);
    CHECK(w.setattr(ref(n), with_size(9), n.ctime).error == FsError::not_sync);
    CHECK(w.get(ref(n)).size == 0);
  }
  SECTION("a refused change reports the object as it is") {
    NodeRef f = w.file_of(1, 1, 0644, "f");
    w.who = user(2, 2);
    SetAttrResult r = w.setattr(f, with_mode(0));
    CHECK(r.error == FsError::perm);
    CHECK(r.node.known);
    CHECK(r.node.after.mode == 0644);
    CHECK(r.node.after.change == r.node.before.change);
  }
  SECTION("a reference of another generation is stale") {
    Inode n = w.create(w.root(), "f").node;
    NodeRef wrong{n.id, n.generation + 2};
    CHECK(w.error_of(wrong) == FsError::stale);
    CHECK(w.setattr(wrong, with_mode(0)).error == FsError::stale);
    CHECK(w.read(wrong, 0, 1).error == FsError::stale);
    CHECK(w.write(wrong, 0, "x").error == FsError::stale);
    CHECK(w.lookup(wrong, "x").error == FsError::stale);
    CHECK(w.create(wrong, "x").error == FsError::stale);
    CHECK(w.error_of({FileId(123456), 1}) == FsError::stale);
  }
  SECTION("free space and free files") {
    auto stat = wait(w.fs().statfs(w.root()));
    REQUIRE(stat.has_value());
    CHECK(stat->total_bytes >= stat->free_bytes);
    CHECK(stat->total_files > stat->free_files);
    CHECK(wait(w.fs().statfs({FileId(99), 1})).error() == FsError::stale);
  }
}

}  // namespace dfs::fs::contract
