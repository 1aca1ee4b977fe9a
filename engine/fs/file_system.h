#pragma once

#include <memory>

#include "engine/base/random.h"
#include "engine/fs/acl.h"
#include "engine/fs/content_store.h"
#include "engine/fs/rider.h"

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
struct AclResult : AttrResult {
  Acls acls;
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
  u32 applied = 0;  // SetAttrPart: what was changed; nothing when it failed
};
struct CreateResult {
  FsError error = FsError::ok;
  Change dir;
  Inode node{};          // when error is ok, and the object in the way when it is exists
  bool created = false;  // false: an unchecked or replayed exclusive create found it there
  u32 applied = 0;       // SetAttrPart: of what was asked; on an object that was there at most kSetSize
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
  // When something was moved: it, and what lost the new name for it.
  Inode node{};
  std::optional<Inode> replaced;
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

// Of calls that change a file's data or extended attributes, and no attribute but what follows from that.
struct ChangeResult {
  FsError error = FsError::ok;
  Change node;
};
struct SeekResult : AttrResult {
  u64 offset = 0;    // where it begins; the file's size at the end
  bool eof = false;  // there is none from the offset on, or only the hole behind the end
};
struct Segment {
  u64 offset = 0, length = 0;
  bool hole = false;
  SliceList data;  // of one that is none
};
struct ReadPlusResult : AttrResult {
  std::vector<Segment> segments;  // in order, without gaps, from the offset asked for
  bool eof = false;
};
// One end of a clone or a copy. Two, because who reads may be somebody else than who writes: exports squash
// differently.
struct CopyEnd {
  const Credential& who;
  NodeRef file;
  u64 offset;
  IoCheck check;
};
struct CopyResult {
  FsError error = FsError::ok;
  Change file;    // that was written
  u64 count = 0;  // bytes
  Stable committed = Stable::unstable;
};
struct XattrResult : AttrResult {
  std::string value;
};
struct ListXattrResult : AttrResult {
  bool eof = false;
};

// kept: as unchecked, but what is found keeps its size; one that is made gets the size asked for.
enum class CreateHow : u8 { unchecked, kept, guarded, exclusive };
enum class XattrHow : u8 { either, create, replace };

// Blocks that all look alike (RFC 7862 section 8): zeros but for a pattern, and a number that counts them.
struct BlockPattern {
  u64 offset = 0;  // in the file
  u64 block_size = 0, block_count = 0;
  std::optional<u64> number_at;  // in the block: a big-endian u32
  u32 first_number = 0;          // that of the first block; it wraps
  u64 pattern_at = 0;            // in the block
  std::string_view pattern;
};

// What is the same for every object of a file system.
struct Facts {
  u32 max_name = kMaxName;
  u32 max_links = kMaxLinks;
  u64 max_file_size = kMaxFileSize;
  u32 max_io = 0;      // bytes of one read or write
  u64 clone_unit = 0;  // what offsets and lengths of clone() are multiples of
  bool case_insensitive = false, case_preserving = true;
  bool no_trunc = true;          // a name too long is refused, not cut
  bool chown_restricted = true;  // only root gives files away
  bool can_set_time = true;
  bool homogeneous = true;     // all of this is true of every object
  bool unique_handles = true;  // one object, one NodeRef
  bool links = true, symlinks = true, xattrs = true;
  WallTime time_delta = {0, 1};
};

struct FileSystemConfig {
  u32 root_uid = 0, root_gid = 0;
  u16 root_mode = 0755;
  u32 max_io = 1u << 20;  // bytes of one read or write
  bool relatime = true;   // atime follows reads as relatime does; false: never by reads
  // What lost its last name while it was held, in an earlier run too, stays until sweep_orphans(): somebody
  // may come back for it.
  bool keep_orphans = false;
};

// What files mean, once for every protocol and store: POSIX permissions, sticky and set-id bits, link counts,
// times, ACLs, rename rules, objects that stay while they are held. Thread-safe; every call may suspend in a
// store. Names: 1 to kMaxName bytes, no NUL and no '/'; whether "." and ".." may be looked up is the
// protocol's business: lookup() resolves them, creating and removing calls refuse them with
// FsError::dot_name. What a call is given by reference (credential, names, visitor) must live until its Async
// resolves; an Async that is not ready begins when it is awaited.
class FileSystem {
 public:
  // Opens the stores' contents; a new store gets a root directory. Neither store is owned.
  static Async<Result<std::unique_ptr<FileSystem>, FsError>> open(MetadataStore& metadata,
                                                                  ContentStore& content, Clock& clock,
                                                                  Random& random, FileSystemConfig config);
  ~FileSystem();

  NodeRef root() const;
  // Names this file system in handles; durable with the store. Two references are of one file system when
  // this is equal.
  const std::array<u8, 16>& uuid() const;
  Facts facts() const;

  Async<AttrResult> getattr(NodeRef node);
  Async<AccessResult> access(const Credential& who, NodeRef node, u32 wanted);
  // The same of the bits of an ACE's mask, exactly as calls judge them: for opens, whose later reads and
  // writes are IoCheck::open_elsewhere.
  Async<AccessResult> rights(const Credential& who, NodeRef node, u32 mask);
  // An object without ACLs answers what its mode says.
  Async<AclResult> getacl(const Credential& who, NodeRef node);
  // ".." of the root is the root.
  Async<LookupResult> lookup(const Credential& who, NodeRef dir, std::string_view name);
  Async<TextResult> readlink(const Credential& who, NodeRef link);
  // guard: refuse with not_sync unless the object's ctime equals it.
  Async<SetAttrResult> setattr(const Credential& who, NodeRef node, const SetAttr& attr,
                               std::optional<WallTime> guard = {},
                               IoCheck size_check = IoCheck::owner_override,
                               Rider<SetAttrResult>* rider = nullptr);
  Async<ReadResult> read(const Credential& who, NodeRef file, u64 offset, u32 count, IoCheck check);
  // Waits for stable storage when asked to; a store without any answers file_sync.
  Async<WriteResult> write(const Credential& who, NodeRef file, u64 offset, SliceList data, Stable stable,
                           IoCheck check, Rider<WriteResult>* rider = nullptr);
  // Makes all earlier writes of the file durable.
  Async<SetAttrResult> commit(const Credential& who, NodeRef file, IoCheck check);

  // Where data and holes are. no_such_range: offset is at or beyond the end.
  enum class SeekFor : u8 { data, hole };
  Async<SeekResult> seek(const Credential& who, NodeRef file, u64 offset, SeekFor what, IoCheck check);
  // A read that tells holes from data.
  Async<ReadPlusResult> read_plus(const Credential& who, NodeRef file, u64 offset, u32 count, IoCheck check);

  // Each of the calls from here to listxattrs() returns only when the change is on stable storage, unless it
  // has a parameter that says so.

  // Sees to it that writes to the range need no more space, and that the file reaches its end. What it holds
  // stays. How far that goes is the content store's: see docs/stores.md.
  Async<ChangeResult> allocate(const Credential& who, NodeRef file, u64 offset, u64 length, IoCheck check,
                               Rider<ChangeResult>* rider = nullptr);
  // Makes the range a hole; the size stays.
  Async<ChangeResult> deallocate(const Credential& who, NodeRef file, u64 offset, u64 length, IoCheck check,
                                 Rider<ChangeResult>* rider = nullptr);
  // Makes the range of `to` share the bytes of `from`, all at once. length 0: to the end of `from`. invalid
  // unless offsets and length are multiples of facts().clone_unit (a length that reaches the end of `from`
  // need not be: what `to` holds from there to the next multiple becomes zeros), the range lies within
  // `from`, and ranges of one file do not overlap.
  Async<ChangeResult> clone(const CopyEnd& from, const CopyEnd& to, u64 length,
                            Rider<ChangeResult>* rider = nullptr);
  // Copies bytes from a file of `source`, which may be another file system: shares what can be shared, and
  // moves the rest. length 0: to the end of `from`. One call copies a part when there is much: the count says
  // how much. invalid as with clone(), but for the multiples.
  Async<CopyResult> copy(FileSystem& source, const CopyEnd& from, const CopyEnd& to, u64 length,
                         Stable stable);
  // Writes blocks; of many a part, as copy() does.
  Async<CopyResult> write_same(const Credential& who, NodeRef file, const BlockPattern& blocks, Stable stable,
                               IoCheck check);

  // size_check: how a truncation of the file an unchecked create found is judged.
  Async<CreateResult> create(const Credential& who, NodeRef dir, std::string_view name, CreateHow how,
                             const SetAttr& attr, u64 verifier = 0,
                             IoCheck size_check = IoCheck::owner_override,
                             Rider<CreateResult>* rider = nullptr);
  Async<CreateResult> mkdir(const Credential& who, NodeRef dir, std::string_view name, const SetAttr& attr,
                            Rider<CreateResult>* rider = nullptr);
  Async<CreateResult> symlink(const Credential& who, NodeRef dir, std::string_view name,
                              std::string_view text, const SetAttr& attr,
                              Rider<CreateResult>* rider = nullptr);
  Async<CreateResult> mknod(const Credential& who, NodeRef dir, std::string_view name, FileType type,
                            u32 major, u32 minor, const SetAttr& attr, Rider<CreateResult>* rider = nullptr);
  Async<RemoveResult> remove(const Credential& who, NodeRef dir,
                             std::string_view name);  // anything but a directory
  Async<RemoveResult> rmdir(const Credential& who, NodeRef dir, std::string_view name);
  Async<RemoveResult> remove_any(const Credential& who, NodeRef dir, std::string_view name,
                                 Rider<RemoveResult>* rider = nullptr);
  Async<RenameResult> rename(const Credential& who, NodeRef from_dir, std::string_view from, NodeRef to_dir,
                             std::string_view to, Rider<RenameResult>* rider = nullptr);
  Async<LinkResult> link(const Credential& who, NodeRef node, NodeRef dir, std::string_view name,
                         Rider<LinkResult>* rider = nullptr);

  // Extended attributes of regular files and directories; anything else is wrong_type. Names: 1 to
  // kMaxXattrName bytes without NUL. exists and no_xattr as `how` has it; no_space when the object has too
  // much in all (kMaxXattrNames, kMaxXattrTotal).
  Async<XattrResult> getxattr(const Credential& who, NodeRef node, std::string_view name);
  Async<ChangeResult> setxattr(const Credential& who, NodeRef node, std::string_view name,
                               std::string_view value, XattrHow how, Rider<ChangeResult>* rider = nullptr);
  Async<ChangeResult> removexattr(const Credential& who, NodeRef node, std::string_view name,
                                  Rider<ChangeResult>* rider = nullptr);
  // Names after the cookie, until visit returns false. A name gets its object's next cookie when it is made
  // and keeps it until it is removed, as entries of directories do; a first call passes 0.
  using XattrVisitor = FunctionRef<bool(std::string_view name, Cookie)>;
  Async<ListXattrResult> listxattrs(const Credential& who, NodeRef node, Cookie after, XattrVisitor visit);

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
  // Nobody comes back any more for what has no name: what is not held is erased, from now on at once. Begins
  // where it is called; keep_orphans ends with it.
  Async<FsError> sweep_orphans();

  // Changes exactly when unstable data may have been lost (RFC 1813 3.3.7 writeverf3): drawn at open, unless
  // the last run ended with close().
  u64 write_verifier() const;

  // Calls of many steps end before the next one, with FsError::busy: the server is about to end. Any thread.
  void interrupt();

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
