#pragma once

#include "engine/fs/metadata_store.h"

namespace dfs::fs {

// Whether who may make this change to node, were it made alone: perm, access, or what contradicts its type.
FsError check_setattr(MetadataView& view, const Inode& node, const Credential& who, const SetAttr& attr,
                      IoCheck size_check);

// Makes a change that check_setattr() allowed; size and times included, data not. Ownership is changed before
// the mode, as chown() followed by chmod() would, and ACLs last (RFC 8881 6.4.1.3). The caller puts node.
FsError apply_setattr(MetadataTxn& txn, Inode& node, const Credential& who, const SetAttr& attr,
                      WallTime now);

// Owner, group, mode, times and ACLs of a new object in dir, which has its id and type. perm when who may not
// give it to that owner. bare: it is made without any attributes and gets them in a second step.
FsError initial_attributes(MetadataTxn& txn, Inode& node, const Inode& dir, const Credential& who,
                           const SetAttr& attr, WallTime now, u16 default_mode, bool bare);

}  // namespace dfs::fs
