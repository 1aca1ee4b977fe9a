#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"

// RFC 8276.
namespace dfs::fs::contract {
namespace {

void set_and_get(World& w) {
  for (NodeRef n : {w.file_of(1, 1, 0644, "f"), w.dir_of(1, 1, 0755, "d"), w.root()}) {
    CHECK(w.getxattr(n, "user").error == FsError::no_xattr);
    Inode before = w.get(n);
    w.tick();
    ChangeResult r = w.setxattr(n, "user", "value");
    CHECK(r.error == FsError::ok);
    CHECK(r.node.before.change == before.change);
    CHECK(r.node.after.change > before.change);
    CHECK(r.node.after.ctime > before.ctime);
    CHECK(r.node.after.mtime == before.mtime);
    CHECK(r.node.after.size == before.size);
    CHECK(w.getxattr(n, "user").value == "value");
    CHECK(w.setxattr(n, "empty", "").error == FsError::ok);
    CHECK(w.getxattr(n, "empty").error == FsError::ok);
    CHECK(w.getxattr(n, "empty").value.empty());
    r = w.removexattr(n, "user");
    CHECK(r.error == FsError::ok);
    CHECK(r.node.after.change > r.node.before.change);
    CHECK(w.getxattr(n, "user").error == FsError::no_xattr);
    r = w.removexattr(n, "user");
    CHECK(r.error == FsError::no_xattr);
    CHECK(r.node.after.change == r.node.before.change);
    CHECK(w.getxattr(n, "empty").error == FsError::ok);
  }
}

void how(World& w) {
  NodeRef f = w.file_of(1, 1, 0644, "f");
  CHECK(w.setxattr(f, "x", "1", XattrHow::replace).error == FsError::no_xattr);
  CHECK(w.setxattr(f, "x", "1", XattrHow::create).error == FsError::ok);
  CHECK(w.setxattr(f, "x", "2", XattrHow::create).error == FsError::exists);
  CHECK(w.getxattr(f, "x").value == "1");
  CHECK(w.setxattr(f, "x", "22", XattrHow::replace).error == FsError::ok);
  CHECK(w.getxattr(f, "x").value == "22");
  CHECK(w.setxattr(f, "x", "333", XattrHow::either).error == FsError::ok);
  CHECK(w.getxattr(f, "x").value == "333");
}

void limits(World& w) {
  NodeRef f = w.file_of(1, 1, 0644, "f");
  const std::string longest(kMaxXattrName, 'n'), biggest(kMaxXattrValue, 'v');
  CHECK(w.setxattr(f, longest + "n", "").error == FsError::name_too_long);
  CHECK(w.setxattr(f, "", "").error == FsError::bad_name);
  CHECK(w.setxattr(f, std::string_view("a\0b", 3), "").error == FsError::bad_name);
  CHECK(w.getxattr(f, "").error == FsError::bad_name);
  CHECK(w.setxattr(f, "a/b", "any byte is part of a name").error == FsError::ok);
  CHECK(w.setxattr(f, longest, biggest + "v").error == FsError::xattr_too_big);
  CHECK(w.setxattr(f, longest, biggest).error == FsError::ok);
  CHECK(w.getxattr(f, longest).value == biggest);
  CHECK(w.getxattr(f, longest.substr(1)).error == FsError::no_xattr);
  size_t made = 0;
  while (w.setxattr(f, "v" + std::to_string(made), biggest).error == FsError::ok) ++made;
  CHECK(made == kMaxXattrTotal / kMaxXattrValue - 2);
  Inode before = w.get(f);
  ChangeResult r = w.setxattr(f, "one more", biggest);
  CHECK(r.error == FsError::no_space);
  CHECK(w.get(f).change == before.change);
  CHECK(w.getxattr(f, "one more").error == FsError::no_xattr);
  CHECK(w.setxattr(f, "v0", "small").error == FsError::ok);
  CHECK(w.setxattr(f, "one more", std::string(1000, 'x')).error == FsError::ok);
  NodeRef g = w.file_of(1, 1, 0644, "g");
  for (made = 0; w.setxattr(g, std::to_string(1000 + made) + std::string(251, 'n'), "").error == FsError::ok;)
    ++made;
  CHECK(made == kMaxXattrNames / 256);
}

void listing(World& w) {
  NodeRef f = w.file_of(1, 1, 0644, "f");
  CHECK(w.listxattrs(f) == "");
  for (const char* name : {"b", "a", "c", "d"}) w.setxattr(f, name, name);
  CHECK(w.listxattrs(f) == "b=1 a=2 c=3 d=4 ");
  CHECK(w.listxattrs(f, 0, 2) == "b=1 a=2 ...");
  // What changes meanwhile neither moves nor repeats the others.
  CHECK(w.removexattr(f, "a").error == FsError::ok);
  w.setxattr(f, "c", "another value");
  w.setxattr(f, "e", "");
  CHECK(w.listxattrs(f, 2) == "c=3 d=4 e=5 ");
  CHECK(w.removexattr(f, "e").error == FsError::ok);
  w.setxattr(f, "a", "again");
  CHECK(w.listxattrs(f, 4) == "a=6 ");
  CHECK(w.listxattrs(f, 6) == "");
  CHECK(w.listxattrs(f, 7) == "bad_cookie");
  for (const char* name : {"a", "b", "c", "d"}) w.removexattr(f, name);
  CHECK(w.listxattrs(f) == "");
  CHECK(w.listxattrs(f, 6) == "");  // a listing that was going on ends
}

void permissions(World& w) {
  NodeRef f = w.file_of(1, 1, 0604, "f"), locked = w.file_of(1, 1, 0444, "locked");
  NodeRef shared = w.dir_of(1, 1, 01777, "shared");
  w.setxattr(f, "x", "v");
  w.who = user(2, 2);
  CHECK(w.getxattr(f, "x").value == "v");
  CHECK(w.setxattr(f, "x", "w").error == FsError::access);
  CHECK(w.removexattr(f, "x").error == FsError::access);
  CHECK(w.access(f, kXattrRead | kXattrWrite | kXattrList) == (kXattrRead | kXattrList));
  CHECK(w.setxattr(shared, "x", "w").error == FsError::perm);
  w.who = user(2, 1);
  CHECK(w.getxattr(f, "x").error == FsError::access);
  CHECK(w.listxattrs(f) == "access");
  w.who = user(1, 1);
  CHECK(w.setxattr(locked, "x", "w").error == FsError::access);
  CHECK(w.setxattr(shared, "x", "w").error == FsError::ok);
  w.set_acl(f, {allow(Who::user, ace::kReadNamedAttrs | ace::kWriteNamedAttrs, 0, 2)});
  CHECK(w.getxattr(f, "x").error == FsError::access);
  w.who = user(2, 2);
  CHECK(w.setxattr(f, "x", "w").error == FsError::ok);
  CHECK(w.read(f, 0, 1).error == FsError::access);
}

}  // namespace

void fs_xattrs(const StoreFactory& make) {
  World w(make);
  SECTION("set, get, remove") { set_and_get(w); }
  SECTION("create and replace") { how(w); }
  SECTION("names and values have limits, and so have all of an object's") { limits(w); }
  SECTION("listing by cookies") { listing(w); }
  SECTION("permissions are those of data") { permissions(w); }
  SECTION("only files and directories have them") {
    NodeRef link = ref(w.symlink(w.root(), "s", "x").node);
    NodeRef fifo = ref(wait(w.fs().mknod(w.who, w.root(), "p", FileType::fifo, 0, 0, {})).node);
    for (NodeRef n : {link, fifo}) {
      CHECK(w.setxattr(n, "x", "v").error == FsError::wrong_type);
      CHECK(w.getxattr(n, "x").error == FsError::wrong_type);
      CHECK(w.removexattr(n, "x").error == FsError::wrong_type);
      CHECK(w.listxattrs(n) == "wrong_type");
      CHECK(w.access(n, kXattrRead | kXattrWrite | kXattrList) == 0);
    }
  }
  SECTION("they survive a restart and go with their object") {
    NodeRef f = w.file_of(1, 1, 0644, "f");
    w.setxattr(f, "a", "1");
    w.setxattr(f, "b", std::string(5000, 'b'));
    if (w.stores().durable()) {
      w.restart();
      f = ref(w.lookup(w.root(), "f").node);
      CHECK(w.listxattrs(f) == "a=1 b=2 ");
      CHECK(w.getxattr(f, "b").value == std::string(5000, 'b'));
    }
    w.fs().hold(f.id);
    CHECK(w.remove(w.root(), "f").error == FsError::ok);
    CHECK(w.getxattr(f, "a").value == "1");
    CHECK(wait(w.fs().release(f.id)) == FsError::ok);  // World's end looks for what is left
    CHECK(w.getxattr(f, "a").error == FsError::stale);
  }
}

}  // namespace dfs::fs::contract
