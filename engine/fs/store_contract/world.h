#pragma once

#include "engine/fs/file_system.h"
#include "engine/fs/store_contract/fixture.h"

namespace dfs::fs::contract {

inline Credential user(u32 uid, u32 gid, std::span<const u32> groups = {}) { return {uid, gid, groups}; }
inline NodeRef ref(const Inode& node) { return {node.id, node.generation}; }
inline SetAttr with_mode(u16 mode) {
  SetAttr a;
  a.mode = mode;
  return a;
}
inline SetAttr with_size(u64 size) {
  SetAttr a;
  a.size = size;
  return a;
}
inline Acl acl_of(std::vector<Ace> aces, u8 flags = 0) { return {flags, std::move(aces)}; }
inline Ace allow(Who who, u32 mask, u16 flags = 0, u32 id = 0) {
  return {AceType::allow, flags, mask, who, id};
}
inline Ace deny(Who who, u32 mask, u16 flags = 0, u32 id = 0) {
  return {AceType::deny, flags, mask, who, id};
}
inline SliceList bytes(std::string_view s) { return {Slice::copy_of(s.data(), static_cast<u32>(s.size()))}; }

// A file system over a fresh pair of stores, with a clock that only moves when told to and short forms of the
// calls, which wait. At the end the stores are checked: whatever a test did, they must be sound. Calls named
// like their FileSystem originals act as `who`, root unless set.
class World {
 public:
  explicit World(const StoreFactory& make);
  ~World();

  FileSystem& fs() { return *fs_; }
  ManualClock& clock() { return clock_; }
  StoreFixture& stores() { return *stores_; }
  NodeRef root() const { return fs_->root(); }
  void tick() { clock_.advance(kSecond); }
  // What check() finds, one line each. After a crash() leftovers are no fault: a store may take its time.
  std::string findings();
  // For tests that break the store on purpose: nothing is checked at the end.
  void leave_damaged() { damaged_ = true; }
  // Stops, cleanly or as a power cut would, and starts again on the same backing.
  void restart();
  void crash();

  Credential who{0, 0, {}};

  Inode get(NodeRef node);
  FsError error_of(NodeRef node) { return wait(fs_->getattr(node)).error; }
  CreateResult create(NodeRef dir, std::string_view name, const SetAttr& attr = {},
                      CreateHow how = CreateHow::guarded, u64 verifier = 0);
  CreateResult mkdir(NodeRef dir, std::string_view name, const SetAttr& attr = {});
  CreateResult symlink(NodeRef dir, std::string_view name, std::string_view text);
  RemoveResult remove(NodeRef dir, std::string_view name);
  RemoveResult rmdir(NodeRef dir, std::string_view name);
  RenameResult rename(NodeRef from_dir, std::string_view from, NodeRef to_dir, std::string_view to);
  LinkResult link(NodeRef node, NodeRef dir, std::string_view name);
  LookupResult lookup(NodeRef dir, std::string_view name);
  SetAttrResult setattr(NodeRef node, const SetAttr& attr, std::optional<WallTime> guard = {});
  WriteResult write(NodeRef file, u64 offset, std::string_view data, Stable stable = Stable::file_sync,
                    IoCheck check = IoCheck::owner_override);
  ReadResult read(NodeRef file, u64 offset, u32 count, IoCheck check = IoCheck::owner_override);
  std::string text(NodeRef file);  // all of a file
  std::vector<std::string> list(NodeRef dir);
  u32 access(NodeRef node, u32 wanted = 0x3f);
  u32 rights(NodeRef node, u32 mask = ace::kAll);
  // The ACL as `who` sees it, and set by root.
  Acls acls(NodeRef node);
  void set_acl(NodeRef node, std::vector<Ace> aces);
  // Everything that changes data answers with the file's attributes before and after.
  ChangeResult setxattr(NodeRef node, std::string_view name, std::string_view value,
                        XattrHow how = XattrHow::either);
  XattrResult getxattr(NodeRef node, std::string_view name);
  ChangeResult removexattr(NodeRef node, std::string_view name);
  // Names after the cookie, at most `limit`, as "name=cookie ", with "..." when there are more.
  std::string listxattrs(NodeRef node, Cookie after = 0, size_t limit = SIZE_MAX);
  ChangeResult allocate(NodeRef file, u64 offset, u64 length);
  ChangeResult deallocate(NodeRef file, u64 offset, u64 length);
  ChangeResult clone(NodeRef from, u64 from_offset, NodeRef to, u64 to_offset, u64 length);
  CopyResult copy(NodeRef from, u64 from_offset, NodeRef to, u64 to_offset, u64 length);

  // Made as root, mode as given, then owned by `owner`.
  NodeRef file_of(u32 owner, u32 group, u16 mode, std::string_view name);
  NodeRef dir_of(u32 owner, u32 group, u16 mode, std::string_view name);

 private:
  void start();
  NodeRef give(const Inode& node, u32 owner, u32 group, u16 mode);

  bool damaged_ = false, crashed_ = false;
  ManualClock clock_;
  Random random_{1};
  std::unique_ptr<StoreFixture> stores_;
  std::unique_ptr<FileSystem> fs_;
};

}  // namespace dfs::fs::contract
