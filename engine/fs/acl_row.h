#pragma once

#include "engine/fs/acl.h"
#include "engine/fs/metadata_store.h"

// ACLs as rows of Table::acl.
namespace dfs::fs {

std::string encode_acls(const Acls& acls);
// False for anything encode_acls() did not make.
bool decode_acls(std::string_view row, Acls& out);

// An object's ACLs: its row, or what its mode says.
Result<Acls, FsError> load_acls(MetadataView& view, const Inode& node);
// Makes acls the object's; its mode follows. The caller puts node.
void store_acls(MetadataTxn& txn, Inode& node, const Acls& acls);

}  // namespace dfs::fs
