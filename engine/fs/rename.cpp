#include "engine/fs/file_system_impl.h"
#include "engine/fs/names.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/run.h"

namespace dfs::fs {
namespace {

struct Rename {
  FileSystem::Impl* fs;
  const Credential* who;
  NodeRef from_dir, to_dir;
  std::string_view from, to;
  WallTime now;
  RenameResult out;

  // as found
  Inode moved{}, replaced{};
  bool replaces = false;

  bool same_dir() const { return from_dir.id == to_dir.id; }
  bool moves_directory() const { return moved.type == FileType::directory; }

  FsError operator()(MetadataTxn& txn) {
    out = {};
    FsError e = find(txn);
    if (e != FsError::ok) return e;
    if (replaces && moved.id == replaced.id) return FsError::ok;  // POSIX rename(): no other action
    if (e = check(txn); e != FsError::ok) return e;
    return move(txn);
  }

  FsError find(MetadataView& view) {
    // Both directories' attributes go into the answer, whichever of them is at fault.
    FsError e = load_dir(view, from_dir, &out.from_dir);
    FsError to_error = load_dir(view, to_dir, &out.to_dir);
    if (e == FsError::ok) e = to_error;
    if (e == FsError::ok) e = check_new_name(from);
    if (e == FsError::ok) e = check_new_name(to);
    if (e != FsError::ok) return e;
    for (const Change* dir : {&out.from_dir, &out.to_dir})
      if (e = permits(view, dir->before, *who, ace::kExecute); e != FsError::ok) return e;
    auto source = view.lookup(from_dir.id, from);
    if (!source) return source.error();
    if (e = load_target(view, *source, &moved); e != FsError::ok) return e;
    if (out.to_dir.before.nlink == 0) return FsError::not_found;  // removed, and only held
    auto target = view.lookup(to_dir.id, to);
    replaces = target.has_value();
    if (replaces) return load_target(view, *target, &replaced);
    return target.error() == FsError::not_found ? FsError::ok : target.error();
  }

  FsError check(MetadataView& view) const {
    const Inode &source = out.from_dir.before, &target = out.to_dir.before;
    if (moves_directory() && !same_dir()) {
      auto inside = is_inside(view, target, moved.id);
      if (!inside) return inside.error();
      if (*inside) return FsError::invalid;
    }
    FsError e = may_delete(view, source, moved, *who);
    if (e == FsError::ok) e = permits(view, target, *who, right_to_add(moved.type));
    if (e == FsError::ok && replaces) e = may_delete(view, target, replaced, *who);
    // Its ".." changes, which is a write to the moved directory itself.
    if (e == FsError::ok && moves_directory() && !same_dir())
      e = permits(view, moved, *who, ace::kAddSubdirectory);
    if (e != FsError::ok) return e;
    if (replaces) return check_replaced();
    if (moves_directory() && !same_dir() && target.nlink >= kMaxLinks) return FsError::too_many_links;
    return FsError::ok;
  }

  FsError check_replaced() const {
    bool directory = replaced.type == FileType::directory;
    if (moves_directory() != directory) return directory ? FsError::is_directory : FsError::not_directory;
    return directory && replaced.entries > 0 ? FsError::not_empty : FsError::ok;
  }

  // Whether dir is the directory `top` or lies below it.
  static Result<bool, FsError> is_inside(MetadataView& view, Inode dir, FileId top) {
    while (dir.id != top) {
      if (dir.id == kRootId) return false;
      auto parent = view.inode(dir.parent);
      if (!parent) return failure(parent.error() == FsError::not_found ? FsError::corrupt : parent.error());
      dir = *parent;
    }
    return true;
  }

  FsError move(MetadataTxn& txn) {
    Inode& source = out.from_dir.after;
    Inode& target = same_dir() ? source : out.to_dir.after;
    drop_entry(txn, source, from);
    if (replaces) drop_entry(txn, target, to);
    add_entry(txn, target, to, moved.id, moved.type);
    if (moves_directory()) {  // ".." entries count as links
      --source.nlink;
      if (!replaces) ++target.nlink;
      moved.parent = target.id;
    }
    touch_modified(source, now);
    if (!same_dir()) touch_modified(target, now);
    touch_changed(moved, now);
    txn.put_inode(moved);
    txn.put_inode(source);
    if (same_dir())
      out.to_dir.after = source;
    else
      txn.put_inode(target);
    out.node = moved;
    return replaces ? drop_replaced(txn) : FsError::ok;
  }

  FsError drop_replaced(MetadataTxn& txn) {
    replaced.nlink = replaced.type == FileType::directory ? 0 : replaced.nlink - 1;
    touch_changed(replaced, now);
    out.replaced = replaced;
    if (replaced.nlink == 0) return fs->drop_object(txn, replaced);
    txn.put_inode(replaced);
    return FsError::ok;
  }
};

}  // namespace

Async<RenameResult> FileSystem::rename(const Credential& who, NodeRef from_dir, std::string_view from,
                                       NodeRef to_dir, std::string_view to, Rider<RenameResult>* rider) {
  return run_update(impl_->metadata,
                    Rename{impl_.get(), &who, from_dir, to_dir, from, to, impl_->clock.wall()}, rider);
}

}  // namespace dfs::fs
