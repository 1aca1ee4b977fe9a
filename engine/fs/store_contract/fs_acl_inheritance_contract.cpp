#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"

// RFC 8881 6.4.3: what objects begin with.
namespace dfs::fs::contract {
namespace {

constexpr u16 kBoth = ace::kFileInherit | ace::kDirectoryInherit;
constexpr u32 kReadWrite = ace::kReadData | ace::kWriteData | ace::kAppendData;

// A directory of user 1 whose ACL lets its owner do everything, user 7 read and write files that are made in
// it, and everybody read.
NodeRef parent_of(World& w, u8 flags = 0) {
  NodeRef d = w.dir_of(1, 1, 0, "parent");
  Acl acl = acl_of({allow(Who::owner, ace::kAll, kBoth), allow(Who::user, kReadWrite, ace::kFileInherit, 7),
                    allow(Who::everyone, ace::kReadData, kBoth | ace::kInheritOnly)},
                   flags);
  SetAttr a;
  a.dacl = &acl;
  REQUIRE(w.setattr(d, a).error == FsError::ok);
  w.who = user(1, 1);
  return d;
}

std::vector<u16> flags_of(const Acl& acl) {
  std::vector<u16> out;
  for (const Ace& a : acl.aces) out.push_back(a.flags);
  return out;
}

void neither(World& w) {
  NodeRef d = parent_of(w);
  CreateResult f = w.create(d, "f");
  REQUIRE(f.error == FsError::ok);
  CHECK(f.applied == 0);
  CHECK(f.node.mode == 0744);  // 6.3.2: user 7 is in no class
  CHECK(flags_of(w.acls(ref(f.node)).dacl) == std::vector<u16>(3, ace::kInherited));
  CHECK(w.acls(ref(f.node)).dacl.flags == 0);
  CreateResult sub = w.mkdir(d, "sub");
  CHECK(sub.node.mode == 0744);
  CHECK(flags_of(w.acls(ref(sub.node)).dacl) ==
        std::vector<u16>{kBoth | ace::kInherited, ace::kFileInherit | ace::kInheritOnly | ace::kInherited,
                         kBoth | ace::kInherited});
  CHECK(w.create(ref(sub.node), "below").node.mode == 0744);
  CHECK(w.acls(ref(w.lookup(ref(sub.node), "below").node)) == w.acls(ref(f.node)));
  CHECK_FALSE(w.symlink(d, "s", "x").node.has_acl);
  CHECK(wait(w.fs().mknod(w.who, d, "fifo", FileType::fifo, 0, 0, {})).node.has_acl);
}

void mode_given(World& w) {
  NodeRef d = parent_of(w);
  SetAttr a = with_mode(0640);
  a.umask = 0777;  // RFC 8275: of no account, since there is something to inherit
  CreateResult f = w.create(d, "f", a);
  CHECK(f.applied == kSetMode);
  CHECK(f.node.mode == 0640);
  w.who = user(7, 7);
  CHECK(w.rights(ref(f.node), kReadWrite) == ace::kReadData);  // as much as the group has
  w.who = user(8, 8);
  CHECK(w.rights(ref(f.node), kReadWrite) == 0);
  w.who = user(1, 1);
  CHECK(w.mkdir(d, "sub", with_mode(0700)).node.mode == 0700);
  // What the mode took from the directory is still handed down.
  CreateResult below = w.create(ref(w.lookup(d, "sub").node), "below");
  CHECK(below.node.mode == 0744);
}

void acl_given(World& w) {
  NodeRef d = parent_of(w);
  Acl acl = acl_of({allow(Who::user, ace::kExecute, 0, 9), allow(Who::owner, kReadWrite)});
  SetAttr a;
  a.dacl = &acl;
  CreateResult f = w.create(d, "f", a);
  CHECK(f.applied == kSetDacl);
  CHECK(f.node.mode == 0600);
  CHECK(w.acls(ref(f.node)).dacl == acl);
  a.mode = 04755;
  CreateResult g = w.create(d, "g", a);
  CHECK(g.node.mode == 04600);
  CHECK(w.acls(ref(g.node)).dacl == acl);
  // An exclusive create takes attributes as any other does (8881 18.16.3).
  CreateResult x = w.create(d, "x", a, CreateHow::exclusive, 42);
  CHECK(x.applied == (kSetMode | kSetDacl));
  CHECK(w.acls(ref(x.node)).dacl == acl);
  CreateResult again = w.create(d, "x", a, CreateHow::exclusive, 42);
  CHECK(again.error == FsError::ok);
  CHECK_FALSE(again.created);
  CHECK(again.applied == 0);
  CHECK(w.create(d, "x", a, CreateHow::exclusive, 43).error == FsError::exists);
  a.dacl = nullptr;
  Acl bad = acl_of({allow(Who::user, 0x800, 0, 9)});
  a.dacl = &bad;
  CHECK(w.create(d, "bad", a).error == FsError::invalid);
  CHECK(w.lookup(d, "bad").error == FsError::not_found);
}

void automatic(World& w) {
  NodeRef d = parent_of(w, Acl::kAutoInherit | Acl::kProtected);
  CHECK(w.acls(ref(w.create(d, "f").node)).dacl.flags == Acl::kAutoInherit);
  CHECK(w.acls(ref(w.create(d, "g", with_mode(0600)).node)).dacl.flags ==
        (Acl::kAutoInherit | Acl::kProtected));
}

void sacl_inherited(World& w) {
  NodeRef d = w.dir_of(1, 1, 0755, "d");
  Ace audit{AceType::audit, ace::kFileInherit | ace::kFailedAccess, ace::kReadData, Who::everyone, 0};
  Acl sacl = acl_of({audit});
  SetAttr a;
  a.sacl = &sacl;
  REQUIRE(w.setattr(d, a).error == FsError::ok);
  CreateResult f = w.create(d, "f", with_mode(0640));
  CHECK(f.node.mode == 0640);
  audit.flags = ace::kFailedAccess | ace::kInherited;
  CHECK(w.acls(ref(f.node)).sacl.aces == std::vector<Ace>{audit});
  CHECK(w.acls(ref(f.node)).dacl.aces == acl_from_mode(0640, FileType::regular).aces);
}

}  // namespace

void fs_acl_inheritance(const StoreFactory& make) {
  World w(make);
  SECTION("without attributes, an object has what its directory hands down") { neither(w); }
  SECTION("a mode is applied to it") { mode_given(w); }
  SECTION("an ACL takes its place") { acl_given(w); }
  SECTION("automatic inheritance is marked") { automatic(w); }
  SECTION("of what is written down, too") { sacl_inherited(w); }
  SECTION("an exclusive create without attributes inherits nothing") {
    NodeRef d = parent_of(w);
    CreateResult f = w.create(d, "f", {}, CreateHow::exclusive, 7);
    CHECK(f.node.mode == 0600);
    CHECK_FALSE(f.node.has_acl);
  }
  SECTION("without anything to inherit the umask counts (RFC 8275 4)") {
    SetAttr a = with_mode(06777);
    a.umask = 0027;
    CHECK(w.create(w.root(), "f", a).node.mode == 06750);
    CHECK(w.mkdir(w.root(), "d", a).node.mode == 06750);
    NodeRef d = w.dir_of(1, 1, 0, "plain");
    w.set_acl(d, {allow(Who::everyone, ace::kAll), allow(Who::user, 1, ace::kDirectoryInherit, 3)});
    CHECK(w.create(d, "f", a).node.mode == 06750);         // it has something, but not for files
    CHECK((w.mkdir(d, "d", a).node.mode & 0777) == 0777);  // and here it is
  }
}

}  // namespace dfs::fs::contract
