#pragma once

#include "engine/fs/types.h"

namespace dfs::fs {

// Whether who may make this change to node, were it made alone: perm, access, or what contradicts its type.
FsError check_setattr(const Inode& node, const Credential& who, const SetAttr& attr, IoCheck size_check);

// Makes a change that check_setattr() allowed; size and times included, data not. Ownership is changed before
// the mode, as chown() followed by chmod() would.
void apply_setattr(Inode& node, const Credential& who, const SetAttr& attr, WallTime now);

// Owner, group, mode and times of a new object in dir. perm when who may not give it to that owner.
FsError initial_attributes(Inode& node, const Inode& dir, const Credential& who, const SetAttr& attr,
                           WallTime now, u16 default_mode);

}  // namespace dfs::fs
