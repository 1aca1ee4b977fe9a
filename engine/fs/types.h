#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/base/slice.h"
#include "engine/base/strong.h"
#include "engine/fs/error.h"

namespace dfs::fs {

// Identifies an object inside one file system for ever: ids are never used again.
using FileId = Strong<struct FileIdTag, u64>;
constexpr FileId kRootId{2};

// A position in a directory. Every entry gets the directory's next number when it is made and keeps it until
// it is removed, so a listing that pauses goes on rightly whatever changed meanwhile. 0 is before the first
// entry; 1 and 2 are "." and "..", which no store keeps and FileSystem::readdir gives to protocols that want
// them.
using Cookie = u64;
constexpr Cookie kDotCookie = 1, kDotDotCookie = 2, kFirstCookie = 3;

enum class FileType : u8 { regular = 1, directory, symlink, block_device, character_device, fifo, socket };

// To write to a device, a fifo or a socket is the client's own affair, and changes nothing in a read-only
// export.
inline bool stands_for_something_local(FileType type) {
  return type != FileType::regular && type != FileType::directory && type != FileType::symlink;
}

constexpr u32 kMaxName = 255;      // bytes of one name
constexpr u32 kMaxSymlink = 4096;  // bytes of a link's text
constexpr u32 kMaxLinks = 65000;
constexpr u64 kMaxFileSize = 0x7fffffffffffffff;  // 2^63 - 1: off_t of every client
constexpr u16 kModeMask = 07777;
constexpr u32 kMaxXattrName = 255;            // bytes
constexpr u32 kMaxXattrValue = 65536;         // bytes
constexpr u32 kMaxXattrNames = 65536;         // bytes of all names of an object, each with a byte to end it
constexpr u64 kMaxXattrTotal = u64(1) << 20;  // bytes of all names and values of an object

// Everything about an object but its name and data. Plain data: stores copy it as it is.
struct Inode {
  FileId id;
  u64 generation;  // differs between objects that ever had the same id in a restored store; part of the
                   // handle
  FileType type;
  u16 mode;  // permission bits, set-id bits and sticky: 07777
  u32 nlink;
  u32 uid, gid;
  u64 size;        // bytes; directories: 4096 * ceil(entries / 32), at least 4096
  u64 space_used;  // bytes the content store holds for it
  u64 change;      // goes up with every change of data or attributes
  WallTime atime, mtime, ctime, btime;
  u32 rdev_major, rdev_minor;  // devices only
  FileId parent;               // directories only: for ".."
  u64 next_cookie;             // directories only
  u64 entries;                 // directories only
  u64 create_verifier;         // of the exclusive create that made it, kept until the first SETATTR
  bool has_create_verifier;
  bool has_acl;     // a row in Table::acl decides who may do what, and mode is kept in step with it
  bool has_xattrs;  // there are rows in Table::xattr
};

// A reference from outside: stale unless the object exists with this generation.
struct NodeRef {
  FileId id;
  u64 generation;
  bool operator==(const NodeRef&) const = default;
};

struct Dirent {
  Cookie cookie;
  FileId id;
  FileType type;
};

// Who asks, after squashing. groups: supplementary groups. anonymous: nobody vouched for who it is.
struct Credential {
  u32 uid = 65534;
  u32 gid = 65534;
  std::span<const u32> groups;
  bool anonymous = false;

  bool root() const { return uid == 0; }
  bool in_group(u32 g) const {
    if (g == gid) return true;
    for (u32 x : groups)
      if (x == g) return true;
    return false;
  }
};

// An object before and after an operation, for weak cache consistency and change_info. `known` is false when
// the object could not be looked at.
struct Change {
  bool known = false;
  Inode before{};
  Inode after{};
};

struct Acl;

// What is to be changed, or what a new object begins with.
struct SetAttr {
  std::optional<u16> mode;
  u16 mode_mask = kModeMask;  // the bits of mode that change; the others stay (RFC 8881 6.2.5)
  // For new objects: bits that mode loses unless the parent directory has ACEs to inherit (RFC 8275 4).
  std::optional<u16> umask;
  std::optional<u32> uid, gid;
  std::optional<u64> size;
  enum class Time : u8 { keep, server, client };
  Time atime_how = Time::keep, mtime_how = Time::keep, btime_how = Time::keep;
  WallTime atime, mtime, btime;  // when `client`
  // ACLs are applied after the mode, which follows from a dacl (RFC 8881 6.4.1.3). Null: stays as it is.
  const Acl* dacl = nullptr;
  const Acl* sacl = nullptr;
};

// The parts of a SetAttr, to say which were applied.
enum SetAttrPart : u32 {
  kSetMode = 1,
  kSetOwner = 2,
  kSetGroup = 4,
  kSetSize = 8,
  kSetAtime = 16,
  kSetMtime = 32,
  kSetBtime = 64,
  kSetDacl = 128,
  kSetSacl = 256,
};
u32 parts_of(const SetAttr& attr);

// Access bits, as asked by ACCESS-like calls. The last three: RFC 8276 8.5.
enum Access : u32 {
  kRead = 1,
  kLookup = 2,
  kModify = 4,
  kExtend = 8,
  kDelete = 16,
  kExecute = 32,
  kXattrRead = 64,
  kXattrWrite = 128,
  kXattrList = 256,
};

// How the permission of a data transfer is judged.
enum class IoCheck : u8 {
  open_elsewhere,  // an open state already vouches for it
  owner_override,  // the owner may always read and write (stateless protocols, RFC 1813 4.4); execute implies
                   // read
  strict,
};

enum class Stable : u8 { unstable = 0, data_sync = 1, file_sync = 2 };

struct FsStat {
  u64 total_bytes, free_bytes, available_bytes;
  u64 total_files, free_files, available_files;
};

}  // namespace dfs::fs
