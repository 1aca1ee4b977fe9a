#include "engine/fs/store_contract/world.h"

#include <catch2/catch.hpp>

#include "engine/fs/check.h"

namespace dfs::fs::contract {

World::World(const StoreFactory& make) : stores_(make()) { start(); }

World::~World() {
  fs_.reset();
  stores_->content().close();  // first, so that nothing changes during the check
  if (!damaged_) CHECK(findings() == "");
  stores_->metadata().close();
}

std::string World::findings() {
  std::string all;
  for (const Finding& f : wait(check(stores_->metadata(), stores_->content(), true))) {
    bool damage = f.severity == Finding::Severity::damage;
    if (!damage && crashed_) continue;
    all += damage ? "damage: " : "leftover: ";
    all += std::to_string(f.object.value) + " " + f.text + "\n";
  }
  return all;
}

void World::start() {
  auto opened = wait(FileSystem::open(stores_->metadata(), stores_->content(), clock_, random_, {}));
  REQUIRE(opened.has_value());
  fs_ = std::move(*opened);
}

void World::restart() {
  REQUIRE(wait(fs_->close()) == FsError::ok);
  fs_.reset();
  REQUIRE(stores_->content().close() == FsError::ok);
  REQUIRE(stores_->metadata().close() == FsError::ok);
  stores_->open();
  start();
}

void World::crash() {
  crashed_ = true;
  stores_->metadata().crash();
  stores_->content().crash();
  fs_.reset();
  stores_->open();
  start();
}

Inode World::get(NodeRef node) {
  AttrResult r = wait(fs_->getattr(node));
  REQUIRE(r.error == FsError::ok);
  REQUIRE(r.known);
  return r.node;
}

CreateResult World::create(NodeRef dir, std::string_view name, const SetAttr& attr, CreateHow how,
                           u64 verifier) {
  return wait(fs_->create(who, dir, name, how, attr, verifier));
}
CreateResult World::mkdir(NodeRef dir, std::string_view name, const SetAttr& attr) {
  return wait(fs_->mkdir(who, dir, name, attr));
}
CreateResult World::symlink(NodeRef dir, std::string_view name, std::string_view text) {
  SetAttr none;
  return wait(fs_->symlink(who, dir, name, text, none));
}
RemoveResult World::remove(NodeRef dir, std::string_view name) { return wait(fs_->remove(who, dir, name)); }
RemoveResult World::rmdir(NodeRef dir, std::string_view name) { return wait(fs_->rmdir(who, dir, name)); }
RenameResult World::rename(NodeRef from_dir, std::string_view from, NodeRef to_dir, std::string_view to) {
  return wait(fs_->rename(who, from_dir, from, to_dir, to));
}
LinkResult World::link(NodeRef node, NodeRef dir, std::string_view name) {
  return wait(fs_->link(who, node, dir, name));
}
LookupResult World::lookup(NodeRef dir, std::string_view name) { return wait(fs_->lookup(who, dir, name)); }
SetAttrResult World::setattr(NodeRef node, const SetAttr& attr, std::optional<WallTime> guard) {
  return wait(fs_->setattr(who, node, attr, guard));
}
WriteResult World::write(NodeRef file, u64 offset, std::string_view data, Stable stable, IoCheck check) {
  return wait(fs_->write(who, file, offset, bytes(data), stable, check));
}
ReadResult World::read(NodeRef file, u64 offset, u32 count, IoCheck check) {
  return wait(fs_->read(who, file, offset, count, check));
}

std::string World::text(NodeRef file) {
  Credential root{0, 0, {}};
  std::string out;
  for (bool eof = false; !eof;) {
    ReadResult r = wait(fs_->read(root, file, out.size(), 1u << 20, IoCheck::strict));
    REQUIRE(r.error == FsError::ok);
    out += flatten(r.data);
    eof = r.eof;
  }
  return out;
}

std::vector<std::string> World::list(NodeRef dir) {
  std::vector<std::string> names;
  auto visit = [&](std::string_view name, const Dirent&, const Inode*) {
    names.emplace_back(name);
    return true;
  };
  Credential root{0, 0, {}};
  ReadDirResult r = wait(fs_->readdir(root, dir, 0, false, visit));
  REQUIRE(r.error == FsError::ok);
  REQUIRE(r.eof);
  return names;
}

u32 World::access(NodeRef node, u32 wanted) {
  AccessResult r = wait(fs_->access(who, node, wanted));
  REQUIRE(r.error == FsError::ok);
  return r.granted;
}

u32 World::rights(NodeRef node, u32 mask) {
  AccessResult r = wait(fs_->rights(who, node, mask));
  REQUIRE(r.error == FsError::ok);
  return r.granted;
}

Acls World::acls(NodeRef node) {
  AclResult r = wait(fs_->getacl(who, node));
  REQUIRE(r.error == FsError::ok);
  return r.acls;
}

void World::set_acl(NodeRef node, std::vector<Ace> aces) {
  Acl acl = acl_of(std::move(aces));
  SetAttr a;
  a.dacl = &acl;
  Credential root{0, 0, {}};
  REQUIRE(wait(fs_->setattr(root, node, a)).error == FsError::ok);
}

ChangeResult World::setxattr(NodeRef node, std::string_view name, std::string_view value, XattrHow how) {
  return wait(fs_->setxattr(who, node, name, value, how));
}
XattrResult World::getxattr(NodeRef node, std::string_view name) {
  return wait(fs_->getxattr(who, node, name));
}
ChangeResult World::removexattr(NodeRef node, std::string_view name) {
  return wait(fs_->removexattr(who, node, name));
}
std::string World::listxattrs(NodeRef node, Cookie after, size_t limit) {
  std::string out;
  size_t n = 0;
  auto visit = [&](std::string_view name, Cookie cookie) {
    if (n++ == limit) return false;
    out.append(name).append("=").append(std::to_string(cookie)).append(" ");
    return true;
  };
  ListXattrResult r = wait(fs_->listxattrs(who, node, after, visit));
  if (r.error != FsError::ok) return name(r.error);
  return r.eof ? out : out + "...";
}

ChangeResult World::allocate(NodeRef file, u64 offset, u64 length) {
  return wait(fs_->allocate(who, file, offset, length, IoCheck::strict));
}
ChangeResult World::deallocate(NodeRef file, u64 offset, u64 length) {
  return wait(fs_->deallocate(who, file, offset, length, IoCheck::strict));
}
ChangeResult World::clone(NodeRef from, u64 from_offset, NodeRef to, u64 to_offset, u64 length) {
  return wait(
      fs_->clone({who, from, from_offset, IoCheck::strict}, {who, to, to_offset, IoCheck::strict}, length));
}
CopyResult World::copy(NodeRef from, u64 from_offset, NodeRef to, u64 to_offset, u64 length) {
  return wait(fs_->copy(*fs_, {who, from, from_offset, IoCheck::strict}, {who, to, to_offset, IoCheck::strict},
                        length, Stable::file_sync));
}

NodeRef World::give(const Inode& node, u32 owner, u32 group, u16 mode) {
  SetAttr a;
  a.uid = owner;
  a.gid = group;
  a.mode = mode;
  Credential root{0, 0, {}};
  REQUIRE(wait(fs_->setattr(root, ref(node), a)).error == FsError::ok);
  return ref(node);
}
NodeRef World::file_of(u32 owner, u32 group, u16 mode, std::string_view name) {
  Credential root{0, 0, {}};
  SetAttr none;
  CreateResult r = wait(fs_->create(root, this->root(), name, CreateHow::guarded, none));
  REQUIRE(r.error == FsError::ok);
  return give(r.node, owner, group, mode);
}
NodeRef World::dir_of(u32 owner, u32 group, u16 mode, std::string_view name) {
  Credential root{0, 0, {}};
  SetAttr none;
  CreateResult r = wait(fs_->mkdir(root, this->root(), name, none));
  REQUIRE(r.error == FsError::ok);
  return give(r.node, owner, group, mode);
}

}  // namespace dfs::fs::contract
