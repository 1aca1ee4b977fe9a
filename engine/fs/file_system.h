#pragma once

#include <memory>

#include "engine/base/random.h"
#include "engine/fs/content_store.h"

namespace dfs::fs {

// Results carry the changes they made even when they fail: protocols answer attributes with errors too.
struct AttrResult {
  FsError error = FsError::ok;
  Inode node{};
  bool known = false;  // node is filled in
};
struct AccessResult : AttrResult {
  u32 granted = 0;
};
struct LookupResult {
  FsError error = FsError::ok;
  Inode dir{};
  bool dir_known = false;
  Inode node{};  // when error is ok
};
struct TextResult : AttrResult {
  std::string text;
};
struct ReadResult : AttrResult {
  SliceList data;
  bool eof = false;
};
struct WriteResult {
  FsError error = FsError::ok;
  Change file;
  u32 count = 0;
  Stable committed = Stable::unstable;
};
struct SetAttrResult {
  FsError error = FsError::ok;
  Change node;
};
struct CreateResult {
  FsError error = FsError::ok;
  Change dir;
  Inode node{};          // when error is ok, and the object in the way when it is exists
  bool created = false;  // false: an unchecked or replayed exclusive create found it there
};
struct RemoveResult {
  FsError error = FsError::ok;
  Change dir;
  Inode node{};  // as it was after losing this name
  bool node_known = false;
};
struct RenameResult {
  FsError error = FsError::ok;
  Change from_dir, to_dir;
};
struct LinkResult {
  FsError error = FsError::ok;
  Change dir;
  Inode node{};
  bool node_known = false;
};
struct ReadDirResult {
  FsError error = FsError::ok;
  Inode dir{};
  bool dir_known = false;
  bool eof = false;
};

enum class CreateHow : u8 { unchecked, guarded, exclusive };

struct FileSystemConfig {
  u32 root_uid = 0, root_gid = 0;
  u16 root_mode = 0755;
  u32 max_io = 1u << 20;  // bytes of one read or write
  bool relatime = true;   // atime follows reads as relatime does; false: never by reads
};

// What files mean, once for every protocol and store: POSIX permissions, sticky and set-id bits, link counts,
// times, rename rules, objects that stay while they are held. Thread-safe; every call may suspend in a store.
// Names: 1 to kMaxName bytes, no NUL and no '/'; whether "." and ".." may be looked up is the protocol's
// business: lookup() resolves them, creating and removing calls refuse them with FsError::dot_name.
// What a call is given by reference (credential, names, visitor) must live until its Async resolves; an Async
// that is not ready begins when it is awaited.
class FileSystem {
 public:
  // Opens the stores' contents; a new store gets a root directory. Neither store is owned.
  static Async<Result<std::unique_ptr<FileSystem>, FsError>> open(MetadataStore& metadata,
                                                                  ContentStore& content, Clock& clock,
                                                                  Random& random, FileSystemConfig config);
  ~FileSystem();

  NodeRef root() const;
  // Names this file system in handles; durable with the store.
  const std::array<u8, 16>& uuid() const;

  Async<AttrResult> getattr(NodeRef node);
  Async<AccessResult> access(const Credential& who, NodeRef node, u32 wanted);
  Async<LookupResult> lookup(const Credential& who, NodeRef dir, std::string_view name);
  Async<TextResult> readlink(const Credential& who, NodeRef link);
  // guard: refuse with not_sync unless the object's ctime equals it.
  Async<SetAttrResult> setattr(const Credential& who, NodeRef node, const SetAttr& attr,
                               std::optional<WallTime> guard = {},
                               IoCheck size_check = IoCheck::owner_override);
  Async<ReadResult> read(const Credential& who, NodeRef file, u64 offset, u32 count, IoCheck check);
  // Waits for stable storage when asked to; a store without any answers file_sync.
  Async<WriteResult> write(const Credential& who, NodeRef file, u64 offset, SliceList data, Stable stable,
                           IoCheck check);
  // Makes all earlier writes of the file durable.
  Async<SetAttrResult> commit(const Credential& who, NodeRef file, IoCheck check);

  // Each of these returns only when the change is on stable storage.
  Async<CreateResult> create(const Credential& who, NodeRef dir, std::string_view name, CreateHow how,
                             const SetAttr& attr, u64 verifier = 0);
  Async<CreateResult> mkdir(const Credential& who, NodeRef dir, std::string_view name, const SetAttr& attr);
  Async<CreateResult> symlink(const Credential& who, NodeRef dir, std::string_view name,
                              std::string_view text, const SetAttr& attr);
  Async<CreateResult> mknod(const Credential& who, NodeRef dir, std::string_view name, FileType type,
                            u32 major, u32 minor, const SetAttr& attr);
  Async<RemoveResult> remove(const Credential& who, NodeRef dir,
                             std::string_view name);  // anything but a directory
  Async<RemoveResult> rmdir(const Credential& who, NodeRef dir, std::string_view name);
  Async<RenameResult> rename(const Credential& who, NodeRef from_dir, std::string_view from, NodeRef to_dir,
                             std::string_view to);
  Async<LinkResult> link(const Credential& who, NodeRef node, NodeRef dir, std::string_view name);

  // Entries after the cookie in cookie order, until visit returns false. with_inodes gives each entry's
  // attributes; with_dots begins with "." and ".." under kDotCookie and kDotDotCookie. The visitor runs
  // inside the store's view: it must not call the file system.
  using EntryVisitor = FunctionRef<bool(std::string_view name, const Dirent&, const Inode*)>;
  Async<ReadDirResult> readdir(const Credential& who, NodeRef dir, Cookie after, bool with_inodes,
                               EntryVisitor visit, bool with_dots = false);

  Async<Result<FsStat, FsError>> statfs(NodeRef node);

  // A held object survives the removal of its last name until it is released (open files of stateful
  // protocols).
  void hold(FileId id);
  Async<FsError> release(FileId id);

  // Changes exactly when unstable data may have been lost (RFC 1813 3.3.7 writeverf3): drawn at open, unless
  // the last run ended with close().
  u64 write_verifier() const;

  // The last call of a run that ends cleanly: everything so far is durable when it returns.
  Async<FsError> close();

  MetadataStore& metadata();
  ContentStore& content();

  struct Impl;  // for the files of engine/fs that make it up

 private:
  explicit FileSystem(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dfs::fs
