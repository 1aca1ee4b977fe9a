#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"

// RFC 8881 section 6, as calls that are allowed or refused.
namespace dfs::fs::contract {
namespace {

constexpr u32 kFull = ace::kAll;
const Ace kReach = allow(Who::everyone, ace::kExecute | ace::kListDirectory);

// With an ACL made of the mode everybody has what the mode gives.
void same_as_mode(World& w) {
  for (u16 mode : {0, 0644, 0755, 0604, 0170, 0467, 0777}) {
    NodeRef plain = w.file_of(1, 20, mode, "p" + std::to_string(mode));
    NodeRef listed = w.file_of(1, 20, mode, "l" + std::to_string(mode));
    w.set_acl(listed, acl_from_mode(mode, FileType::regular).aces);
    for (const Credential& who : {user(0, 0), user(1, 9), user(2, 20), user(3, 3)}) {
      w.who = who;
      CHECK(w.rights(plain) == w.rights(listed));
      CHECK(w.access(plain) == w.access(listed));
    }
    w.who = user(0, 0);
    CHECK(w.get(listed).mode == mode);
  }
}

void named_users(World& w) {
  NodeRef f = w.file_of(1, 1, 0600, "f");
  w.write(f, 0, "secret");
  w.set_acl(f, {allow(Who::user, ace::kReadData, 0, 2), deny(Who::user, kFull, 0, 3),
                allow(Who::owner, ace::kReadData | ace::kWriteData | ace::kAppendData),
                allow(Who::everyone, ace::kReadData)});
  w.who = user(2, 2);
  CHECK(w.read(f, 0, 10, IoCheck::strict).error == FsError::ok);
  CHECK(w.write(f, 0, "x", Stable::unstable, IoCheck::strict).error == FsError::access);
  CHECK(w.access(f) == kRead);
  w.who = user(3, 3);
  CHECK(w.read(f, 0, 10).error == FsError::access);
  CHECK(w.access(f) == 0);
  w.who = user(4, 4);
  CHECK(w.read(f, 0, 10).error == FsError::ok);
  w.who = user(1, 1);
  CHECK(w.write(f, 0, "x", Stable::unstable, IoCheck::strict).error == FsError::ok);
}

void appending(World& w) {
  NodeRef f = w.file_of(1, 1, 0, "f");
  w.write(f, 0, "12345");
  w.set_acl(f, {allow(Who::everyone, ace::kAppendData)});
  w.who = user(2, 2);
  auto write_at = [&](u64 at) { return w.write(f, at, "x", Stable::unstable, IoCheck::strict).error; };
  CHECK(write_at(4) == FsError::access);
  CHECK(write_at(6) == FsError::access);
  CHECK(write_at(5) == FsError::ok);
  CHECK(write_at(5) == FsError::access);
  CHECK(w.access(f) == kExtend);
  CHECK(w.setattr(f, with_size(0)).error == FsError::access);
  CHECK(w.deallocate(f, 0, 1).error == FsError::access);
}

void adding(World& w) {
  NodeRef d = w.dir_of(1, 1, 0, "d");
  w.set_acl(d,
            {kReach, allow(Who::user, ace::kAddFile, 0, 2), allow(Who::user, ace::kAddSubdirectory, 0, 3)});
  NodeRef f = w.file_of(2, 2, 0666, "f");
  w.who = user(2, 2);
  CHECK(w.create(d, "a").error == FsError::ok);
  CHECK(w.symlink(d, "s", "x").error == FsError::ok);
  CHECK(w.link(f, d, "l").error == FsError::ok);
  CHECK(w.mkdir(d, "b").error == FsError::access);
  CHECK(w.access(d) == (kRead | kLookup | kModify | kExtend | kDelete));
  w.who = user(3, 3);
  CHECK(w.mkdir(d, "b").error == FsError::ok);
  CHECK(w.create(d, "c").error == FsError::access);
  CHECK(w.link(f, d, "m").error == FsError::access);
  CHECK(w.access(d) == (kRead | kLookup | kExtend));
  w.set_acl(d, {allow(Who::everyone, kFull & ~ace::kExecute)});  // all but reaching it
  CHECK(w.create(d, "c").error == FsError::access);
  CHECK(w.lookup(d, "a").error == FsError::access);
}

// 6.2.1.3.2, "ACE4_DELETE vs. ACE4_DELETE_CHILD": u: not mentioned, a: allowed, d: denied.
void deleting(World& w) {
  struct Case {
    char of_dir, of_victim;
    bool add_file, sticky, allowed;
  };
  const Case cases[] = {
      {'a', 'u', false, false, true}, {'u', 'a', false, false, true}, {'a', 'd', false, false, true},
      {'d', 'a', false, false, true}, {'d', 'u', true, false, false}, {'u', 'd', true, false, false},
      {'d', 'd', true, false, false}, {'u', 'u', true, false, true},  {'u', 'u', false, false, false},
      {'u', 'u', true, true, false},  {'a', 'u', false, true, true},
  };
  int n = 0;
  auto entry = [](char how, u32 right) {
    return how == 'a' ? allow(Who::user, right, 0, 2) : deny(Who::user, how == 'd' ? right : 0, 0, 2);
  };
  for (const Case& c : cases) {
    INFO("directory " << c.of_dir << " victim " << c.of_victim << " add " << c.add_file << " sticky "
                      << c.sticky);
    w.who = user(0, 0);
    NodeRef d = w.dir_of(1, 1, c.sticky ? 01000 : 0, "d" + std::to_string(n++));
    std::vector<Ace> of_victim{entry(c.of_victim, ace::kDelete)};
    for (const char* name : {"f", "r", "x"}) w.set_acl(ref(w.create(d, name).node), of_victim);
    w.set_acl(ref(w.mkdir(d, "sub").node), of_victim);
    NodeRef to = w.dir_of(1, 1, 0777, "to" + std::to_string(n));
    w.set_acl(d, {kReach, entry(c.of_dir, ace::kDeleteChild),
                  allow(Who::everyone, c.add_file ? ace::kAddFile : 0)});
    w.who = user(2, 2);
    FsError expected = c.allowed ? FsError::ok : FsError::access;
    CHECK(w.remove(d, "f").error == expected);
    CHECK(w.rmdir(d, "sub").error == expected);
    CHECK(w.rename(d, "r", to, "r").error == expected);
    w.create(to, "new");
    FsError replacing = c.add_file ? expected : FsError::access;  // which adds an entry, too
    CHECK(w.rename(to, "new", d, "x").error == replacing);
  }
}

void root_and_nobody(World& w) {
  NodeRef f = w.file_of(1, 1, 0, "f");
  w.set_acl(f, {deny(Who::everyone, kFull)});
  CHECK(w.rights(f) == (kFull & ~ace::kExecute));
  w.set_acl(f, {deny(Who::everyone, ace::kReadData), allow(Who::user, ace::kExecute, 0, 77)});
  CHECK(w.rights(f) == kFull);
  w.who = user(65534, 65534);
  w.who.anonymous = true;
  w.set_acl(f, {allow(Who::anonymous, ace::kReadData)});
  CHECK(w.access(f) == kRead);
  w.who.anonymous = false;
  CHECK(w.access(f) == 0);
}

// An ACL cannot take away what would leave nobody to mend it (6.3.1.1).
void owners(World& w) {
  NodeRef f = w.file_of(1, 1, 0644, "f");
  w.set_acl(f, {deny(Who::everyone, kFull)});
  w.who = user(1, 1);
  CHECK(w.rights(f) ==
        (ace::kReadAcl | ace::kWriteAcl | ace::kReadAttributes | ace::kWriteAttributes | ace::kSynchronize));
  CHECK(w.acls(f).dacl.aces.size() == 1);
  CHECK(w.setattr(f, with_mode(0600)).error == FsError::ok);
  CHECK(w.read(f, 0, 1, IoCheck::strict).error == FsError::ok);
}

SetAttr with_acl(const Acl& acl) {
  SetAttr a;
  a.dacl = &acl;
  return a;
}

void modes(World& w) {
  NodeRef f = w.file_of(1, 1, 04755, "f");
  Inode before = w.get(f);
  w.tick();
  Acl acl = acl_of({allow(Who::user, ace::kReadData | ace::kWriteData | ace::kDelete, 0, 2),
                    allow(Who::owner, ace::kReadData), allow(Who::everyone, ace::kExecute)},
                   Acl::kProtected);
  w.who = user(1, 1);
  SetAttrResult r = w.setattr(f, with_acl(acl));
  CHECK(r.error == FsError::ok);
  CHECK(r.applied == kSetDacl);
  CHECK(r.node.after.mode == 04511);  // 6.4.1.2: the high three bits stay
  CHECK(r.node.after.ctime > before.ctime);
  CHECK(r.node.after.change > before.change);
  CHECK(r.node.after.mtime == before.mtime);
  CHECK(w.acls(f).dacl == acl);
  CHECK(w.acls(f).sacl == acl_of({}, Acl::kDefaulted));
  // 6.4.1.1
  CHECK(w.setattr(f, with_mode(0640)).error == FsError::ok);
  CHECK(w.get(f).mode == 0640);
  CHECK(mode_of(w.acls(f).dacl) == 0640);
  w.who = user(2, 2);
  CHECK(w.rights(f, ace::kReadData | ace::kWriteData | ace::kDelete) == (ace::kReadData | ace::kDelete));
  // 6.4.1.3: mode, then ACL
  w.who = user(1, 1);
  SetAttr both = with_acl(acl);
  both.mode = 06000;
  r = w.setattr(f, both);
  CHECK(r.applied == (kSetMode | kSetDacl));
  CHECK(r.node.after.mode == 06511);
  CHECK(w.acls(f).dacl == acl);
  // 6.2.5: only the bits of the mask
  SetAttr masked;
  masked.mode = 0777;
  masked.mode_mask = 04020;
  masked.mode = 0020;
  CHECK(w.setattr(f, masked).node.after.mode == 02531);
  CHECK(mode_of(w.acls(f).dacl) == 0531);
}

void sacls(World& w) {
  NodeRef f = w.file_of(1, 1, 0640, "f");
  Acl sacl =
      acl_of({{AceType::audit, ace::kFailedAccess, ace::kReadData, Who::everyone, 0}}, Acl::kProtected);
  SetAttr a;
  a.sacl = &sacl;
  w.who = user(1, 1);
  SetAttrResult r = w.setattr(f, a);
  CHECK(r.error == FsError::ok);
  CHECK(r.applied == kSetSacl);
  CHECK(r.node.after.mode == 0640);
  CHECK(w.acls(f).sacl == sacl);
  CHECK(w.acls(f).dacl == acl_from_mode(0640, FileType::regular));
  CHECK(w.setattr(f, with_mode(0600)).error == FsError::ok);
  CHECK(w.acls(f).sacl == sacl);
}

void refused(World& w) {
  NodeRef f = w.file_of(1, 1, 0644, "f");
  Acl fine = acl_of({allow(Who::everyone, ace::kReadData)});
  Acl big = acl_of(std::vector<Ace>(kMaxAces + 1, fine.aces[0]));
  Acl audit = acl_of({{AceType::audit, 0, 1, Who::everyone, 0}});
  w.who = user(1, 1);
  CHECK(w.setattr(f, with_acl(big)).error == FsError::invalid);
  CHECK(w.setattr(f, with_acl(audit)).error == FsError::invalid);
  NodeRef link = ref(w.symlink(w.dir_of(1, 1, 0755, "d"), "s", "x").node);
  CHECK(w.setattr(link, with_acl(fine)).error == FsError::wrong_type);
  CHECK_FALSE(w.get(f).has_acl);
  w.who = user(2, 2);
  SetAttrResult r = w.setattr(f, with_acl(fine));
  CHECK(r.error == FsError::perm);
  CHECK(r.applied == 0);
  CHECK(wait(w.fs().getacl(w.who, f)).error == FsError::ok);  // a mode hides nothing
  w.set_acl(f, {allow(Who::everyone, ace::kReadData)});
  AclResult hidden = wait(w.fs().getacl(w.who, f));
  CHECK(hidden.error == FsError::access);
  CHECK(hidden.known);
  w.set_acl(f, {allow(Who::everyone, ace::kReadAcl)});
  CHECK(w.acls(f).dacl.aces.size() == 1);
}

// What 6.2.1.3.1 lets somebody else than the owner do.
void delegated(World& w) {
  constexpr u32 kAcl = 2, kOwnerTo = 3, kTimes = 4, kWriter = 5;
  NodeRef f = w.file_of(1, 1, 0, "f");
  auto reset = [&] {
    w.set_acl(f, {allow(Who::user, ace::kWriteAcl, 0, kAcl), allow(Who::user, ace::kWriteOwner, 0, kOwnerTo),
                  allow(Who::user, ace::kWriteAttributes, 0, kTimes),
                  allow(Who::user, ace::kWriteData, 0, kWriter)});
  };
  SetAttr now, then, birth, owner, group, away;
  now.atime_how = now.mtime_how = SetAttr::Time::server;
  then.mtime_how = SetAttr::Time::client;
  then.mtime = {1, 2};
  birth.btime_how = SetAttr::Time::client;
  birth.btime = {3, 4};
  owner.uid = kOwnerTo;
  group.gid = kOwnerTo;
  away.uid = 99;
  auto tries = [&](u32 uid, const SetAttr& a) {
    reset();
    w.who = user(uid, uid);
    return w.setattr(f, a).error;
  };
  Acl acl = acl_of({allow(Who::everyone, ace::kReadData)});
  CHECK(tries(kAcl, with_mode(0444)) == FsError::ok);
  CHECK(tries(kAcl, with_acl(acl)) == FsError::ok);
  CHECK(tries(kAcl, then) == FsError::perm);
  CHECK(tries(kTimes, with_mode(0444)) == FsError::perm);
  CHECK(tries(kTimes, then) == FsError::ok);
  CHECK(tries(kTimes, now) == FsError::ok);
  CHECK(tries(kTimes, birth) == FsError::ok);
  CHECK(w.get(f).btime == WallTime{3, 4});
  CHECK(tries(kWriter, now) == FsError::ok);
  CHECK(tries(kWriter, then) == FsError::perm);
  CHECK(tries(kWriter, birth) == FsError::perm);
  CHECK(tries(kAcl, now) == FsError::access);
  CHECK(tries(kWriter, with_size(1)) == FsError::ok);
  CHECK(tries(kTimes, with_size(1)) == FsError::access);
  CHECK(tries(kTimes, owner) == FsError::perm);
  CHECK(tries(kOwnerTo, away) == FsError::perm);
  CHECK(tries(kOwnerTo, group) == FsError::ok);
  CHECK(tries(kOwnerTo, owner) == FsError::ok);
  CHECK(w.get(f).uid == kOwnerTo);
  CHECK(w.setattr(f, with_mode(0600)).error == FsError::ok);  // it owns it now
}

}  // namespace

void fs_acl_decisions(const StoreFactory& make) {
  World w(make);
  SECTION("an ACL that says what the mode says changes nothing") { same_as_mode(w); }
  SECTION("named users") { named_users(w); }
  SECTION("who may only append") { appending(w); }
  SECTION("files and directories are added with different rights") { adding(w); }
  SECTION("deleting takes the right of either") { deleting(w); }
  SECTION("root, and nobody") { root_and_nobody(w); }
  SECTION("owners keep what mends an ACL") { owners(w); }
}

void fs_acl_attributes(const StoreFactory& make) {
  World w(make);
  SECTION("mode and ACL follow each other") { modes(w); }
  SECTION("the sacl is kept apart") { sacls(w); }
  SECTION("what is refused") { refused(w); }
  SECTION("rights of others than the owner") { delegated(w); }
  SECTION("an ACL survives a restart, and goes with its object") {
    NodeRef f = w.file_of(1, 1, 0644, "f");
    w.set_acl(f, {allow(Who::user, ace::kReadData, 0, 2), deny(Who::group, ace::kDelete)});
    Acls before = w.acls(f);
    if (w.stores().durable()) w.restart();
    CHECK(w.acls(w.stores().durable() ? ref(w.lookup(w.root(), "f").node) : f) == before);
    CHECK(w.remove(w.root(), "f").error == FsError::ok);  // World's end looks for what is left
  }
}

}  // namespace dfs::fs::contract
