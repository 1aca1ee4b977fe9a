#include "engine/fs/file_system_impl.h"
#include "engine/fs/names.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/run.h"

namespace dfs::fs {
namespace {

struct Remove {
  FileSystem::Impl* fs;
  const Credential* who;
  NodeRef dir;
  std::string_view name;
  enum class Kind : u8 { file, directory, any } kind;
  WallTime now;
  RemoveResult out;

  FsError operator()(MetadataTxn& txn) {
    out = {};
    FsError e = load_dir(txn, dir, &out.dir);
    if (e == FsError::ok) e = check_new_name(name);
    if (e != FsError::ok) return e;
    if (e = permits(txn, out.dir.before, *who, ace::kExecute); e != FsError::ok) return e;
    auto entry = txn.lookup(dir.id, name);
    if (!entry) return entry.error();
    Inode node;
    if (e = load_target(txn, *entry, &node); e != FsError::ok) return e;
    if (e = check(txn, node); e != FsError::ok) return e;
    const bool directory = node.type == FileType::directory;
    Inode& parent = out.dir.after;
    drop_entry(txn, parent, name);
    if (directory) --parent.nlink;  // the victim's ".."
    touch_modified(parent, now);
    txn.put_inode(parent);
    node.nlink = directory ? 0 : node.nlink - 1;
    touch_changed(node, now);
    out.node = node;
    out.node_known = true;
    if (node.nlink == 0) return fs->drop_object(txn, node);
    txn.put_inode(node);
    return FsError::ok;
  }

  FsError check(MetadataView& view, const Inode& node) const {
    FsError e = may_delete(view, out.dir.before, node, *who);
    if (e != FsError::ok) return e;
    const bool directory = node.type == FileType::directory;
    if (kind == Kind::directory && !directory) return FsError::not_directory;
    if (kind == Kind::file && directory) return FsError::is_directory;
    return directory && node.entries > 0 ? FsError::not_empty : FsError::ok;
  }
};

struct Link {
  const Credential* who;
  NodeRef target, dir;
  std::string_view name;
  WallTime now;
  LinkResult out;

  FsError operator()(MetadataTxn& txn) {
    out = {};
    // Both objects' attributes go into the answer, whichever of them is at fault.
    FsError e = load(txn, target, &out.node);
    out.node_known = e == FsError::ok;
    FsError dir_error = load_dir(txn, dir, &out.dir);
    if (e == FsError::ok) e = dir_error;
    if (e == FsError::ok) e = check_new_name(name);
    if (e != FsError::ok) return e;
    const Inode& parent = out.dir.before;
    if (e = permits(txn, parent, *who, ace::kExecute); e != FsError::ok) return e;
    auto entry = txn.lookup(dir.id, name);
    if (entry) return FsError::exists;
    if (entry.error() != FsError::not_found) return entry.error();
    if (e = permits(txn, parent, *who, ace::kAddFile); e != FsError::ok) return e;
    if (out.node.type == FileType::directory) return FsError::is_directory;
    if (parent.nlink == 0 || out.node.nlink == 0) return FsError::not_found;  // removed, and only held
    if (out.node.nlink >= kMaxLinks) return FsError::too_many_links;
    Inode node = out.node;
    ++node.nlink;
    touch_changed(node, now);
    add_entry(txn, out.dir.after, name, node.id, node.type);
    touch_modified(out.dir.after, now);
    txn.put_inode(node);
    txn.put_inode(out.dir.after);
    out.node = node;
    return FsError::ok;
  }
};

}  // namespace

Async<RemoveResult> FileSystem::remove(const Credential& who, NodeRef dir, std::string_view name) {
  return run_update(impl_->metadata,
                    Remove{impl_.get(), &who, dir, name, Remove::Kind::file, impl_->clock.wall(), {}});
}

Async<RemoveResult> FileSystem::rmdir(const Credential& who, NodeRef dir, std::string_view name) {
  return run_update(impl_->metadata,
                    Remove{impl_.get(), &who, dir, name, Remove::Kind::directory, impl_->clock.wall(), {}});
}

Async<RemoveResult> FileSystem::remove_any(const Credential& who, NodeRef dir, std::string_view name,
                                           Rider<RemoveResult>* rider) {
  return run_update(impl_->metadata,
                    Remove{impl_.get(), &who, dir, name, Remove::Kind::any, impl_->clock.wall(), {}}, rider);
}

Async<LinkResult> FileSystem::link(const Credential& who, NodeRef node, NodeRef dir, std::string_view name,
                                   Rider<LinkResult>* rider) {
  return run_update(impl_->metadata, Link{&who, node, dir, name, impl_->clock.wall(), {}}, rider);
}

}  // namespace dfs::fs
