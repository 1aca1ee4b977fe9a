#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"
#include "engine/fs/xattr_rows.h"

namespace dfs::fs {

using Table = MetadataView::Table;

FsError FileSystem::Impl::erase_object(MetadataTxn& txn, const Inode& node) {
  txn.erase_inode(node.id);
  if (node.type == FileType::symlink) txn.erase_row(Table::symlink, file_key(node.id));
  if (node.has_acl) txn.erase_row(Table::acl, file_key(node.id));
  if (node.has_xattrs)
    if (FsError e = erase_xattrs(txn, node); e != FsError::ok) return e;
  return node.type == FileType::regular ? content.remove(txn, node) : FsError::ok;
}

FsError FileSystem::Impl::drop_object(MetadataTxn& txn, const Inode& node) {
  if (!holds.orphan(node.id) && !keep_orphans.load()) return erase_object(txn, node);
  txn.put_inode(node);
  txn.put_row(Table::orphan, file_key(node.id), {});
  return FsError::ok;
}

void FileSystem::hold(FileId id) { impl_->holds.add(id); }

namespace {

// Erases an object without names, unless it is held (again).
struct EraseOrphan {
  FileSystem::Impl* fs;
  FileId id;

  FsError operator()(MetadataTxn& txn) const {
    auto node = txn.inode(id);
    if (!node) return node.error() == FsError::not_found ? FsError::ok : node.error();
    if (node->nlink > 0 || fs->holds.held(id)) return FsError::ok;
    txn.erase_row(Table::orphan, file_key(id));
    return fs->erase_object(txn, *node);
  }
};

Task<FsError> erase_orphan_later(MetadataStore& store, EraseOrphan op) {
  co_return co_await store.update(op);
}

}  // namespace

Async<FsError> FileSystem::release(FileId id) {
  if (!impl_->holds.drop(id)) return FsError::ok;  // still held, or it has its names
  EraseOrphan op{impl_.get(), id};
  Async<FsError> done = impl_->metadata.update(op);
  if (!done.ready()) return erase_orphan_later(impl_->metadata, op);
  return std::move(done).get();
}

Async<FsError> FileSystem::sweep_orphans() {
  impl_->keep_orphans = false;
  return impl_->sweep_orphans();
}

Task<FsError> FileSystem::Impl::sweep_orphans() {
  constexpr size_t kBatch = 256;  // bounds one update
  FileId last(0);
  for (;;) {
    std::vector<FileId> ids;
    auto sweep = [&](MetadataTxn& txn) {
      ids.clear();
      auto collect = [&](std::string_view key, std::string_view) {
        ids.push_back(key_file(key));
        return ids.size() < kBatch;
      };
      const std::string after = last.value == 0 ? std::string() : file_key(last);
      FsError e = txn.rows(Table::orphan, {}, after, collect);
      for (FileId id : ids) {
        if (e != FsError::ok) break;
        if (holds.orphan(id)) continue;  // goes with its last hold
        txn.erase_row(Table::orphan, file_key(id));
        auto node = txn.inode(id);
        if (node)
          e = erase_object(txn, *node);
        else if (node.error() != FsError::not_found)
          e = node.error();
      }
      return e;
    };
    FsError e = co_await metadata.update(sweep);
    if (e != FsError::ok || ids.size() < kBatch) co_return e;
    last = ids.back();
  }
}

}  // namespace dfs::fs
