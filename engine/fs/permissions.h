#pragma once

#include "engine/fs/acl.h"
#include "engine/fs/metadata_store.h"

namespace dfs::fs {

// Mode bits by their POSIX meaning (<sys/stat.h>).
constexpr u16 kSetUid = 04000, kSetGid = 02000, kSticky = 01000;
constexpr u16 kGroupExecute = 0010, kAnyExecute = 0111;

// Every decision about permissions begins here: which of the ace:: bits in `mask` the object lets who use. By
// its ACL where it has one (RFC 8881 6.2.1), and by its mode where not (POSIX.1-2017 4.5 File Access
// Permissions: the first class of owner, group, other that matches decides). Corrupt, or what the store says,
// when the ACL cannot be read.
Result<u32, FsError> granted(MetadataView& view, const Inode& node, const Credential& who, u32 mask);

// ok when all of mask is granted, access when not.
FsError permits(MetadataView& view, const Inode& node, const Credential& who, u32 mask);

// Whether who may read (or write) the data of a regular file. offset: where a write begins; who may only
// append may write at the end (RFC 8881 6.2.1.3.1).
FsError may_transfer(MetadataView& view, const Inode& file, const Credential& who, bool writing,
                     IoCheck check, u64 offset = 0);

// Which of the wanted Access bits are granted (RFC 1813 3.3.4, RFC 8276 8.5 for their meaning by type).
Result<u32, FsError> granted_access(MetadataView& view, const Inode& node, const Credential& who, u32 wanted);

// Whether who may take the entry of victim out of dir (RFC 8881 6.2.1.3.2; the sticky bit as in POSIX). To
// reach it takes execute on dir besides.
FsError may_delete(MetadataView& view, const Inode& dir, const Inode& victim, const Credential& who);

// What making an object of this type takes of its directory, beside reaching it.
inline u32 right_to_add(FileType type) {
  return type == FileType::directory ? ace::kAddSubdirectory : ace::kAddFile;
}

// What a write or truncate by who leaves of a mode: set-id bits do not survive a change by someone who could
// not set them again.
u16 mode_after_write(u16 mode, const Credential& who);

}  // namespace dfs::fs
