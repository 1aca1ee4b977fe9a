#include "engine/fs/nodes.h"

#include <algorithm>

namespace dfs::fs {

FsError load(MetadataView& view, NodeRef ref, Inode* out) {
  auto found = view.inode(ref.id);
  if (!found) return found.error() == FsError::not_found ? FsError::stale : found.error();
  if (found->generation != ref.generation) return FsError::stale;
  *out = *found;
  return FsError::ok;
}

FsError load(MetadataView& view, NodeRef ref, Change* out) {
  FsError e = load(view, ref, &out->before);
  if (e != FsError::ok) return e;
  out->after = out->before;
  out->known = true;
  return FsError::ok;
}

FsError load_dir(MetadataView& view, NodeRef ref, Change* out) {
  FsError e = load(view, ref, out);
  if (e != FsError::ok) return e;
  return out->before.type == FileType::directory ? FsError::ok : FsError::not_directory;
}

FsError require_regular(const Inode& node) {
  if (node.type == FileType::regular) return FsError::ok;
  if (node.type == FileType::directory) return FsError::is_directory;
  return node.type == FileType::symlink ? FsError::symlink : FsError::wrong_type;
}

FsError load_target(MetadataView& view, const Dirent& entry, Inode* out) {
  auto found = view.inode(entry.id);
  if (!found) return found.error() == FsError::not_found ? FsError::corrupt : found.error();
  *out = *found;
  return FsError::ok;
}

bool needs_atime(const Inode& node, WallTime now) {
  constexpr i64 kDay = 24 * 60 * 60;
  if (node.atime == now) return false;
  return node.atime <= node.mtime || node.atime <= node.ctime || now.sec - node.atime.sec >= kDay;
}

namespace {
u64 directory_size(u64 entries) { return 4096 * std::max<u64>(1, (entries + 31) / 32); }
}  // namespace

void add_entry(MetadataTxn& txn, Inode& dir, std::string_view name, FileId id, FileType type) {
  txn.put_dirent(dir.id, name, {dir.next_cookie++, id, type});
  dir.size = dir.space_used = directory_size(++dir.entries);
}

void drop_entry(MetadataTxn& txn, Inode& dir, std::string_view name) {
  txn.erase_dirent(dir.id, name);
  dir.size = dir.space_used = directory_size(--dir.entries);
}

std::string file_key(FileId id) {
  std::string key(8, '\0');
  for (int i = 0; i < 8; ++i) key[i] = static_cast<char>(id.value >> (56 - 8 * i));
  return key;
}

FileId key_file(std::string_view key) {
  u64 v = 0;
  for (size_t i = 0; i < 8 && i < key.size(); ++i) v = v << 8 | static_cast<u8>(key[i]);
  return FileId(v);
}

}  // namespace dfs::fs
