#pragma once

#include <vector>

#include "engine/fs/types.h"

// The one ACL model of all protocols: that of RFC 8881 section 6, whose bits and values are Windows' too.
namespace dfs::fs {

namespace ace {

// Access mask (6.2.1.3). One bit has two names where files and directories differ.
constexpr u32 kReadData = 1, kListDirectory = 1;
constexpr u32 kWriteData = 2, kAddFile = 2;
constexpr u32 kAppendData = 4, kAddSubdirectory = 4;
constexpr u32 kReadNamedAttrs = 8;  // and extended attributes
constexpr u32 kWriteNamedAttrs = 0x10;
constexpr u32 kExecute = 0x20;  // of a directory: to reach what is in it
constexpr u32 kDeleteChild = 0x40;
constexpr u32 kReadAttributes = 0x80;
constexpr u32 kWriteAttributes = 0x100;  // times
constexpr u32 kWriteRetention = 0x200, kWriteRetentionHold = 0x400;
constexpr u32 kDelete = 0x10000;
constexpr u32 kReadAcl = 0x20000;
constexpr u32 kWriteAcl = 0x40000;  // and the mode
constexpr u32 kWriteOwner = 0x80000;
constexpr u32 kSynchronize = 0x100000;
constexpr u32 kAll = 0x1f07ff;

// Flags of an entry (6.2.1.4). That a `who` is a group is said by Who::group_id, not by a flag.
constexpr u16 kFileInherit = 1, kDirectoryInherit = 2, kNoPropagateInherit = 4, kInheritOnly = 8;
constexpr u16 kSuccessfulAccess = 0x10, kFailedAccess = 0x20;  // of audit and alarm entries: when
constexpr u16 kInherited = 0x80;
constexpr u16 kInheritance = kFileInherit | kDirectoryInherit | kNoPropagateInherit | kInheritOnly;
constexpr u16 kAllFlags = kInheritance | kSuccessfulAccess | kFailedAccess | kInherited;

}  // namespace ace

enum class AceType : u8 { allow, deny, audit, alarm };

// Whom an entry is about (6.2.1.5). Whoever comes over the network matches network, and none of the last
// five.
enum class Who : u8 {
  owner,
  group,
  everyone,
  user,      // Ace::id is a uid
  group_id,  // Ace::id is a gid
  network,
  anonymous,      // Credential::anonymous
  authenticated,  // everybody else
  interactive,
  dialup,
  batch,
  service,
};

struct Ace {
  AceType type = AceType::allow;
  u16 flags = 0;
  u32 mask = 0;
  Who who = Who::everyone;
  u32 id = 0;
  bool operator==(const Ace&) const = default;

  // Decides about the object that carries it, and not only about what will be made below.
  bool effective() const { return !(flags & ace::kInheritOnly); }
  bool inheritable() const { return flags & (ace::kFileInherit | ace::kDirectoryInherit); }
};

struct Acl {
  enum Flag : u8 { kAutoInherit = 1, kProtected = 2, kDefaulted = 4 };  // 6.4.3.2
  u8 flags = 0;
  std::vector<Ace> aces;
  bool operator==(const Acl&) const = default;
};

// What an object has: who may do what, and what is to be written down of it. The sacl is kept and handed out;
// nothing is recorded or raised by it here.
struct Acls {
  Acl dacl, sacl;
  bool operator==(const Acls&) const = default;
};

// Entries of an ACL as it can be set. A mode that is applied to an ACL may split each entry in two.
constexpr size_t kMaxAces = 128;
constexpr size_t kMaxStoredAces = 2 * kMaxAces + 8;

// Whether acl can be set as the dacl (or sacl) of an object of this type: invalid when it has too many
// entries, entries of the other kind, bits that mean nothing, or inheritance where nothing inherits.
FsError check_acl(const Acl& acl, bool sacl, FileType type);

// The attribute that holds both kinds (6.2.1) is the sacl followed by the dacl, without kInherited.
std::vector<Ace> joined(const Acls& acls);
Acls split(std::span<const Ace> aces);

// First match (6.2.1): of the bits in `mask`, those an entry allows who and those an entry denies. Bits in
// neither are not mentioned, which is a denial in the end (6.2.1.1).
struct Verdict {
  u32 allowed = 0, denied = 0;
};
Verdict evaluate(const Acl& dacl, const Inode& node, const Credential& who, u32 mask);

// The nine permission bits that follow from a dacl (6.3.2).
u16 mode_of(const Acl& dacl);
// Changes dacl so that mode_of() gives the low nine bits of mode, and nobody it names has more than the group
// bits (6.4.1.1). What is there to be inherited stays.
void apply_mode(Acl& dacl, u16 mode);
// What the mode of an object without an ACL says, as one.
Acl acl_from_mode(u16 mode, FileType type);

// Whether a new object of this type gets any entry from its directory's ACL.
bool inherits(const Acl& parent, FileType type);
// What it gets (6.4.3.1).
Acl inherited(const Acl& parent, FileType type);

}  // namespace dfs::fs
