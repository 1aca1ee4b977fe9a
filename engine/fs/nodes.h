#pragma once

#include "engine/fs/metadata_store.h"

namespace dfs::fs {

// The steps that all operations on inodes and entries are made of.

// The object a reference from outside names, or stale.
FsError load(MetadataView& view, NodeRef ref, Inode* out);
// The same as the start of a change: before and after are the object as it is.
FsError load(MetadataView& view, NodeRef ref, Change* out);
// A directory; not_directory otherwise (`out` is filled in all the same).
FsError load_dir(MetadataView& view, NodeRef ref, Change* out);
// ok for a regular file; otherwise what it is instead.
FsError require_regular(const Inode& node);
// The inode an entry names. Its absence is damage, not an answer.
FsError load_target(MetadataView& view, const Dirent& entry, Inode* out);

// ctime never goes back, even when the clock does; the change counter always goes up.
inline void touch_changed(Inode& node, WallTime now) {
  ++node.change;
  if (node.ctime < now) node.ctime = now;
}
inline void touch_modified(Inode& node, WallTime now) {
  node.mtime = now;
  touch_changed(node, now);
}
// Whether a read at `now` updates atime, by the rule of Linux's relatime: when the last read is not after the
// last change, or a day old.
bool needs_atime(const Inode& node, WallTime now);

// Enter or leave a name; entries, size and next_cookie of dir follow. The caller puts dir.
void add_entry(MetadataTxn& txn, Inode& dir, std::string_view name, FileId id, FileType type);
void drop_entry(MetadataTxn& txn, Inode& dir, std::string_view name);

// Key of a row that belongs to a file: its id, big-endian.
std::string file_key(FileId id);
FileId key_file(std::string_view key);

}  // namespace dfs::fs
