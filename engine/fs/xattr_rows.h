#pragma once

#include "engine/fs/metadata_store.h"

// Extended attributes as rows of Table::xattr: under an object's key the list of its names, under the key and
// a name that value. The list is what calls but a read of a value look at; Inode::has_xattrs says that it is
// there.
namespace dfs::fs {

struct XattrNames {
  struct Entry {
    Cookie cookie;
    u32 size;  // of the value
    std::string name;
    bool operator==(const Entry&) const = default;
  };
  Cookie next_cookie = 1;      // above every cookie given, those of removed names too
  std::vector<Entry> entries;  // in order of cookies

  Entry* find(std::string_view name);
  u64 name_bytes() const;   // each with one to end it
  u64 total_bytes() const;  // of names and values
  bool operator==(const XattrNames&) const = default;
};

std::string encode(const XattrNames& names);
// False for anything encode() did not make.
bool decode_xattr_names(std::string_view row, XattrNames& out);

// The key of a value.
std::string xattr_key(FileId id, std::string_view name);

Result<XattrNames, FsError> load_xattr_names(MetadataView& view, const Inode& node);
// Makes names the object's list; no row for an object that never had any. The caller puts node.
void store_xattr_names(MetadataTxn& txn, Inode& node, const XattrNames& names);
// Of an object that is erased.
FsError erase_xattrs(MetadataTxn& txn, const Inode& node);

}  // namespace dfs::fs
