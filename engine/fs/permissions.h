#pragma once

#include "engine/fs/types.h"

namespace dfs::fs {

// Mode bits by their POSIX meaning (<sys/stat.h>).
constexpr u16 kSetUid = 04000, kSetGid = 02000, kSticky = 01000;
constexpr u16 kGroupExecute = 0010, kAnyExecute = 0111;

enum Want : u32 { kWantExecute = 1, kWantWrite = 2, kWantRead = 4 };  // as in one octal digit of a mode

// POSIX.1-2017 4.5 File Access Permissions: the first class of owner, group, other that matches decides.
bool permits(const Inode& node, const Credential& who, u32 want);

// Whether who may read (or write) the data of a regular file.
FsError may_transfer(const Inode& file, const Credential& who, bool writing, IoCheck check);

// Which of the wanted Access bits are granted (RFC 1813 3.3.4 for their meaning by type).
u32 granted_access(const Inode& node, const Credential& who, u32 wanted);

// Whether the sticky bit of dir lets who remove or rename the entry of victim.
bool sticky_permits(const Inode& dir, const Inode& victim, const Credential& who);

// What a write or truncate by who leaves of a mode: set-id bits do not survive a change by someone who could
// not set them again.
u16 mode_after_write(u16 mode, const Credential& who);

}  // namespace dfs::fs
