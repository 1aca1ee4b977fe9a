#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"

namespace dfs::fs::contract {

void fs_create(const StoreFactory& make) {
  World w(make);
  SECTION("a new file system is an empty root directory") {
    Inode root = w.get(w.root());
    CHECK(root.id == kRootId);
    CHECK(root.type == FileType::directory);
    CHECK(root.mode == 0755);
    CHECK(root.nlink == 2);
    CHECK(root.parent == kRootId);
    CHECK(w.list(w.root()).empty());
    CHECK(w.lookup(w.root(), "..").node.id == kRootId);
    CHECK(w.lookup(w.root(), "x").error == FsError::not_found);
  }
  SECTION("a file gets owner, mode, times; its directory changes") {
    w.who = user(100, 200);
    NodeRef dir = w.dir_of(100, 200, 0755, "d");
    Inode before = w.get(dir);
    w.tick();
    CreateResult r = w.create(dir, "f", with_mode(0640));
    REQUIRE(r.error == FsError::ok);
    CHECK(r.created);
    CHECK(r.node.uid == 100);
    CHECK(r.node.gid == 200);
    CHECK(r.node.mode == 0640);
    CHECK(r.node.nlink == 1);
    CHECK(r.node.size == 0);
    CHECK(r.node.type == FileType::regular);
    WallTime now = w.clock().wall();
    CHECK(r.node.atime == now);
    CHECK(r.node.mtime == now);
    CHECK(r.node.ctime == now);
    CHECK(r.dir.known);
    CHECK(r.dir.before.change == before.change);
    CHECK(r.dir.after.change > before.change);
    CHECK(r.dir.after.mtime == now);
    CHECK(r.dir.after.ctime == now);
    CHECK(r.dir.after.entries == 1);
    CHECK(w.get(dir).change == r.dir.after.change);
    CHECK(w.lookup(dir, "f").node.id == r.node.id);
    CHECK(w.get(ref(r.node)).generation == r.node.generation);
  }
  SECTION("guarded and unchecked on a name that is there") {
    NodeRef f = ref(w.create(w.root(), "f").node);
    w.write(f, 0, "0123456789");
    CreateResult r = w.create(w.root(), "f");
    CHECK(r.error == FsError::exists);
    CHECK(r.dir.known);
    CHECK(r.dir.after.change == r.dir.before.change);
    r = w.create(w.root(), "f", with_mode(0), CreateHow::unchecked);
    CHECK(r.error == FsError::ok);
    CHECK_FALSE(r.created);
    CHECK(r.node.mode == 0644);
    CHECK(w.text(f) == "0123456789");
    SetAttr cut = with_size(4);
    cut.mode = 0;
    r = w.create(w.root(), "f", cut, CreateHow::unchecked);
    CHECK(r.error == FsError::ok);
    CHECK(r.node.size == 4);
    CHECK(r.node.mode == 0644);
    CHECK(w.text(f) == "0123");
    CHECK(w.mkdir(w.root(), "d").error == FsError::ok);
    CHECK(w.create(w.root(), "d", {}, CreateHow::unchecked).error == FsError::exists);
  }
  SECTION("truncating what is there takes write permission") {
    NodeRef f = w.file_of(1, 1, 0644, "f");
    w.write(f, 0, "data");
    w.who = user(2, 2);
    CHECK(w.create(w.root(), "f", with_size(0), CreateHow::unchecked).error == FsError::access);
    CHECK(w.create(w.root(), "f", {}, CreateHow::unchecked).error == FsError::ok);
    CHECK(w.text(f) == "data");
  }
  SECTION("what was applied is told") {
    SetAttr a = with_mode(0600);
    a.size = 5;
    a.btime_how = a.mtime_how = SetAttr::Time::client;
    a.btime = {1, 2};
    CreateResult r = w.create(w.root(), "applied", a, CreateHow::unchecked);
    CHECK(r.created);
    CHECK(r.applied == (kSetMode | kSetSize | kSetBtime | kSetMtime));
    CHECK(r.node.btime == WallTime{1, 2});
    r = w.create(w.root(), "applied", a, CreateHow::unchecked);
    CHECK_FALSE(r.created);
    CHECK(r.applied == kSetSize);
    a.size.reset();
    r = w.create(w.root(), "applied", a, CreateHow::unchecked);
    CHECK(r.error == FsError::ok);
    CHECK(r.applied == 0);
  }
  SECTION("who truncates what is there is judged as asked") {
    NodeRef f = w.file_of(1, 1, 0444, "locked");
    w.who = user(1, 1);
    auto truncate = [&](IoCheck check) {
      SetAttr a = with_size(0);
      return wait(w.fs().create(w.who, w.root(), "locked", CreateHow::unchecked, a, 0, check)).error;
    };
    CHECK(truncate(IoCheck::strict) == FsError::access);
    CHECK(truncate(IoCheck::owner_override) == FsError::ok);
    w.who = user(2, 2);
    CHECK(truncate(IoCheck::owner_override) == FsError::access);
    CHECK(truncate(IoCheck::open_elsewhere) == FsError::ok);
    CHECK(w.get(f).size == 0);
  }
  SECTION("a size at creation is a hole") {
    CreateResult r = w.create(w.root(), "f", with_size(1000));
    CHECK(r.node.size == 1000);
    CHECK(r.node.space_used == 0);
    CHECK(w.text(ref(r.node)) == std::string(1000, '\0'));
    CHECK(w.create(w.root(), "g", with_size(kMaxFileSize + 1)).error == FsError::file_too_large);
  }
  SECTION("exclusive: a retransmission succeeds, anybody else's does not") {
    CreateResult r = w.create(w.root(), "f", {}, CreateHow::exclusive, 0x1111);
    REQUIRE(r.error == FsError::ok);
    CHECK(r.created);
    CreateResult again = w.create(w.root(), "f", {}, CreateHow::exclusive, 0x1111);
    CHECK(again.error == FsError::ok);
    CHECK_FALSE(again.created);
    CHECK(again.node.id == r.node.id);
    CHECK(w.create(w.root(), "f", {}, CreateHow::exclusive, 0x2222).error == FsError::exists);
    w.setattr(ref(r.node), with_mode(0600));
    CHECK(w.create(w.root(), "f", {}, CreateHow::exclusive, 0x1111).error == FsError::exists);
    w.create(w.root(), "plain");
    CHECK(w.create(w.root(), "plain", {}, CreateHow::exclusive, 0).error == FsError::exists);
  }
  SECTION("the other types") {
    CreateResult d = w.mkdir(w.root(), "d", with_mode(0700));
    CHECK(d.node.nlink == 2);
    CHECK(d.node.parent == kRootId);
    CHECK(d.dir.after.nlink == d.dir.before.nlink + 1);
    CreateResult l = w.symlink(w.root(), "l", "target/path");
    CHECK(l.node.type == FileType::symlink);
    CHECK(l.node.size == 11);
    CHECK(wait(w.fs().readlink(w.who, ref(l.node))).text == "target/path");
    CHECK(wait(w.fs().readlink(w.who, ref(d.node))).error == FsError::wrong_type);
    SetAttr none;
    auto node = [&](std::string_view name, FileType t) {
      return wait(w.fs().mknod(w.who, w.root(), name, t, 8, 1, none));
    };
    CHECK(node("chr", FileType::character_device).node.rdev_major == 8);
    CHECK(node("blk", FileType::block_device).node.rdev_minor == 1);
    CHECK(node("fifo", FileType::fifo).node.rdev_major == 0);
    CHECK(node("sock", FileType::socket).node.type == FileType::socket);
    CHECK(node("reg", FileType::regular).error == FsError::wrong_type);
    w.setattr(w.root(), with_mode(0777));
    w.who = user(1, 1);
    CHECK(node("chr2", FileType::character_device).error == FsError::perm);
    CHECK(node("fifo2", FileType::fifo).error == FsError::ok);
    CHECK(w.mkdir(w.root(), "d").error == FsError::exists);
    CHECK(w.symlink(w.root(), "d", "x").error == FsError::exists);
  }
  SECTION("link texts") {
    CHECK(w.symlink(w.root(), "a", std::string(kMaxSymlink, 'x')).error == FsError::ok);
    CHECK(w.symlink(w.root(), "b", std::string(kMaxSymlink + 1, 'x')).error == FsError::name_too_long);
    CreateResult r = w.symlink(w.root(), "b", "");
    CHECK(r.error == FsError::invalid);
    CHECK(r.dir.known);
    CHECK(w.symlink(w.root(), "b", std::string_view("a\0b", 3)).error == FsError::bad_name);
  }
  SECTION("owners at creation") {
    w.setattr(w.root(), with_mode(0777));
    std::vector<u32> groups{30, 40};
    w.who = user(1, 10, groups);
    SetAttr a;
    a.uid = 2;
    CHECK(w.create(w.root(), "f", a).error == FsError::perm);
    a = {};
    a.gid = 99;
    CHECK(w.create(w.root(), "f", a).error == FsError::perm);
    a.gid = 40;
    a.uid = 1;
    CHECK(w.create(w.root(), "f", a).node.gid == 40);
    w.who = user(0, 0);
    a.uid = 7;
    a.gid = 8;
    CreateResult r = w.create(w.root(), "g", a);
    CHECK(r.node.uid == 7);
    CHECK(r.node.gid == 8);
  }
  SECTION("times at creation") {
    SetAttr a;
    a.mtime_how = a.atime_how = SetAttr::Time::client;
    a.mtime = {5, 6};
    a.atime = {-7, 8};
    Inode n = w.create(w.root(), "f", a).node;
    CHECK(n.mtime == WallTime{5, 6});
    CHECK(n.atime == WallTime{-7, 8});
    CHECK(n.ctime == w.clock().wall());
  }
  SECTION("a set-group-ID directory hands its group down") {
    NodeRef d = w.dir_of(1, 50, 02777, "d");
    w.who = user(2, 20);
    CHECK(w.create(d, "f").node.gid == 50);
    Inode sub = w.mkdir(d, "sub", with_mode(0755)).node;
    CHECK(sub.gid == 50);
    CHECK(sub.mode == 02755);
    CHECK(w.symlink(d, "l", "x").node.gid == 50);
    CHECK(w.create(d, "prog", with_mode(02755)).node.mode == 0755);  // not one of group 50
    CHECK(w.create(d, "lock", with_mode(02745)).node.mode == 02745);
    std::vector<u32> groups{50};
    w.who = user(2, 20, groups);
    CHECK(w.create(d, "prog2", with_mode(02755)).node.mode == 02755);
  }
}

}  // namespace dfs::fs::contract
