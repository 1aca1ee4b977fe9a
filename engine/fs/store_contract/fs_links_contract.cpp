#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"

namespace dfs::fs::contract {

void fs_names(const StoreFactory& make) {
  World w(make);
  NodeRef r = w.root();
  std::string longest(kMaxName, 'n'), too_long(kMaxName + 1, 'n');
  SECTION("what a name may be") {
    CHECK(w.create(r, longest).error == FsError::ok);
    CHECK(w.lookup(r, longest).error == FsError::ok);
    for (auto call : {+[](World&x, std::string_view n) { return x.create(x.root(), n).error; },
                      +[](World&x, std::string_view n) { return x.mkdir(x.root(), n).error; },
                      +[](World&x, std::string_view n) { return x.symlink(x.root(), n, "t").error; },
                      +[](World&x, std::string_view n) { return x.remove(x.root(), n).error; },
                      +[](World&x, std::string_view n) { return x.rmdir(x.root(), n).error; }}) {
      CHECK(call(w, too_long) == FsError::name_too_long);
      CHECK(call(w, "") == FsError::bad_name);
      CHECK(call(w, "a/b") == FsError::bad_name);
      CHECK(call(w, std::string_view("a\0b", 3)) == FsError::bad_name);
      CHECK(call(w, ".") == FsError::dot_name);
      CHECK(call(w, "..") == FsError::dot_name);
    }
    CHECK(w.lookup(r, too_long).error == FsError::name_too_long);
    CHECK(w.lookup(r, "").error == FsError::bad_name);
    for (auto n : {"...", " ", "\xff\xfe", "a\nb", "\xc3\xa4"}) {
      CHECK(w.create(r, n).error == FsError::ok);
      CHECK(w.lookup(r, n).error == FsError::ok);
    }
  }
  SECTION("names are bytes: case and form matter") {
    w.create(r, "a");
    CHECK(w.lookup(r, "A").error == FsError::not_found);
  }
  SECTION("dot and dot-dot are looked up") {
    NodeRef d = ref(w.mkdir(r, "d").node), e = ref(w.mkdir(d, "e").node);
    CHECK(w.lookup(e, ".").node.id == e.id);
    CHECK(w.lookup(e, "..").node.id == d.id);
    CHECK(w.lookup(d, "..").node.id == kRootId);
  }
  SECTION("only directories have entries") {
    NodeRef f = ref(w.create(r, "f").node);
    LookupResult l = w.lookup(f, "x");
    CHECK(l.error == FsError::not_directory);
    CHECK(l.dir_known);
    CHECK(w.create(f, "x").error == FsError::not_directory);
    CHECK(w.remove(f, "x").error == FsError::not_directory);
    CHECK(w.link(f, f, "x").error == FsError::not_directory);
  }
}

void fs_links(const StoreFactory& make) {
  World w(make);
  NodeRef r = w.root();
  SECTION("a second name of a file") {
    Inode f = w.create(r, "f").node;
    w.tick();
    LinkResult l = w.link(ref(f), r, "g");
    REQUIRE(l.error == FsError::ok);
    CHECK(l.node.nlink == 2);
    CHECK(l.node.ctime == w.clock().wall());
    CHECK(l.node.change > f.change);
    CHECK(l.dir.after.mtime == w.clock().wall());
    CHECK(w.lookup(r, "g").node.id == f.id);
    w.tick();
    RemoveResult gone = w.remove(r, "f");
    CHECK(gone.node.nlink == 1);
    CHECK(w.get(ref(f)).ctime == w.clock().wall());
    CHECK(w.lookup(r, "g").error == FsError::ok);
    CHECK(w.remove(r, "g").node.nlink == 0);
    CHECK(w.error_of(ref(f)) == FsError::stale);
  }
  SECTION("refusals tell both objects' attributes") {
    Inode f = w.create(r, "f").node;
    NodeRef d = ref(w.mkdir(r, "d").node);
    LinkResult l = w.link(ref(f), r, "d");
    CHECK(l.error == FsError::exists);
    CHECK(l.node_known);
    CHECK(l.dir.known);
    CHECK(w.link(d, r, "e").error == FsError::is_directory);
    CHECK(w.link({FileId(99), 1}, r, "e").error == FsError::stale);
    CHECK(w.get(ref(f)).nlink == 1);
  }
  SECTION("symbolic links and special files have names like any") {
    Inode l = w.symlink(r, "l", "text").node;
    CHECK(w.link(ref(l), r, "l2").error == FsError::ok);
    w.remove(r, "l");
    CHECK(wait(w.fs().readlink(w.who, ref(l))).text == "text");
  }
  SECTION("removing") {
    NodeRef d = ref(w.mkdir(r, "d").node);
    w.create(d, "f");
    u32 links = w.get(r).nlink;
    CHECK(w.remove(r, "d").error == FsError::is_directory);
    CHECK(w.rmdir(d, "f").error == FsError::not_directory);
    CHECK(w.rmdir(r, "d").error == FsError::not_empty);
    CHECK(w.rmdir(r, "gone").error == FsError::not_found);
    w.tick();
    RemoveResult x = w.remove(d, "f");
    CHECK(x.dir.after.mtime == w.clock().wall());
    CHECK(x.dir.after.entries == 0);
    CHECK(w.rmdir(r, "d").dir.after.nlink == links - 1);
    CHECK(w.error_of(d) == FsError::stale);
  }
  SECTION("removing whatever it is") {
    w.mkdir(w.root(), "dir");
    w.create(ref(w.lookup(w.root(), "dir").node), "inside");
    auto remove_any = [&](std::string_view name) { return wait(w.fs().remove_any(w.who, w.root(), name)); };
    CHECK(remove_any("dir").error == FsError::not_empty);
    CHECK(w.remove(ref(w.lookup(w.root(), "dir").node), "inside").error == FsError::ok);
    const u32 links = w.get(w.root()).nlink;
    RemoveResult r = remove_any("dir");
    CHECK(r.error == FsError::ok);
    CHECK(r.node.type == FileType::directory);
    CHECK(w.get(w.root()).nlink == links - 1);
    w.create(w.root(), "file");
    CHECK(remove_any("file").error == FsError::ok);
    CHECK(remove_any("file").error == FsError::not_found);
    CHECK(remove_any("..").error == FsError::dot_name);
  }
  SECTION("link counts end at the limit") {
    Inode f = w.create(r, "f").node;
    w.leave_damaged();
    auto near = [&](MetadataTxn& t) {  // as if 64999 links had been made
      Inode n = *t.inode(f.id);
      n.nlink = kMaxLinks - 1;
      t.put_inode(n);
      n = *t.inode(kRootId);
      n.nlink = kMaxLinks;
      t.put_inode(n);
      return FsError::ok;
    };
    NodeRef d = ref(w.mkdir(r, "d").node);
    w.mkdir(d, "sub");
    w.mkdir(r, "empty");
    REQUIRE(wait(w.fs().metadata().update(near)) == FsError::ok);
    CHECK(w.link(ref(f), r, "g").error == FsError::ok);
    CHECK(w.link(ref(f), r, "h").error == FsError::too_many_links);
    CHECK(w.mkdir(r, "d2").error == FsError::too_many_links);
    CHECK(w.rename(d, "sub", r, "sub").error == FsError::too_many_links);
    CHECK(w.rename(d, "sub", r, "empty").error == FsError::ok);
  }
}

void fs_holds(const StoreFactory& make) {
  World w(make);
  NodeRef r = w.root();
  Inode f = w.create(r, "f").node;
  w.write(ref(f), 0, "still here");
  SECTION("a held file lives without a name until it is released") {
    w.fs().hold(f.id);
    w.fs().hold(f.id);
    CHECK(w.remove(r, "f").error == FsError::ok);
    CHECK(w.lookup(r, "f").error == FsError::not_found);
    CHECK(w.get(ref(f)).nlink == 0);
    CHECK(w.text(ref(f)) == "still here");
    CHECK(w.write(ref(f), 0, "STILL").error == FsError::ok);
    CHECK(w.link(ref(f), r, "again").error == FsError::not_found);
    CHECK(wait(w.fs().release(f.id)) == FsError::ok);
    CHECK(w.text(ref(f)) == "STILL here");
    CHECK(wait(w.fs().release(f.id)) == FsError::ok);
    CHECK(w.error_of(ref(f)) == FsError::stale);
  }
  SECTION("releasing a file that kept its name changes nothing") {
    w.fs().hold(f.id);
    CHECK(wait(w.fs().release(f.id)) == FsError::ok);
    CHECK(w.text(ref(f)) == "still here");
  }
  SECTION("a file replaced by rename") {
    w.fs().hold(f.id);
    w.create(r, "g");
    CHECK(w.rename(r, "g", r, "f").error == FsError::ok);
    CHECK(w.text(ref(f)) == "still here");
    wait(w.fs().release(f.id));
    CHECK(w.error_of(ref(f)) == FsError::stale);
  }
  SECTION("a removed directory that is held is empty and stays so") {
    NodeRef d = ref(w.mkdir(r, "d").node);
    w.fs().hold(d.id);
    CHECK(w.rmdir(r, "d").error == FsError::ok);
    CHECK(w.create(d, "x").error == FsError::not_found);
    CHECK(w.mkdir(d, "x").error == FsError::not_found);
    CHECK(w.link(ref(f), d, "x").error == FsError::not_found);
    CHECK(w.rename(r, "f", d, "x").error == FsError::not_found);
    CHECK(w.lookup(d, "..").error == FsError::not_found);
    CHECK(w.list(d).empty());
    wait(w.fs().release(d.id));
    CHECK(w.error_of(d) == FsError::stale);
  }
  SECTION("what was held when the server stopped is gone at the next start") {
    if (!w.stores().durable()) return;
    std::vector<NodeRef> held;
    for (int i = 0; i < 600; ++i) {
      Inode n = w.create(r, "h" + std::to_string(i)).node;
      w.fs().hold(n.id);
      held.push_back(ref(n));
    }
    for (int i = 0; i < 600; ++i) w.remove(r, "h" + std::to_string(i));
    CHECK(w.get(held[5]).nlink == 0);
    w.crash();
    for (NodeRef h : held) CHECK(w.error_of(h) == FsError::stale);
    CHECK(w.text(ref(f)) == "still here");
  }
}

}  // namespace dfs::fs::contract
