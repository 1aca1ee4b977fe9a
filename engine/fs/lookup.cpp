#include "engine/fs/file_system_impl.h"
#include "engine/fs/names.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/read_touch.h"
#include "engine/fs/run.h"

namespace dfs::fs {
namespace {

struct Lookup {
  const Credential* who;
  NodeRef dir;
  std::string_view name;
  LookupResult out;

  FsError operator()(MetadataView& view) {
    out = {};
    FsError e = load(view, dir, &out.dir);
    if (e != FsError::ok) return e;
    out.dir_known = true;
    if (out.dir.type != FileType::directory) return FsError::not_directory;
    if (e = check_name(name); e != FsError::ok) return e;
    if (e = permits(view, out.dir, *who, ace::kExecute); e != FsError::ok) return e;
    if (name == ".") {
      out.node = out.dir;
      return FsError::ok;
    }
    if (name == "..") return load_parent(view);
    auto entry = view.lookup(dir.id, name);
    return entry ? load_target(view, *entry, &out.node) : entry.error();
  }

  FsError load_parent(MetadataView& view) {
    if (out.dir.nlink == 0) return FsError::not_found;  // removed: it is in no directory
    return load_target(view, {0, out.dir.parent, FileType::directory}, &out.node);
  }
};

struct ReadLink {
  NodeRef ref;
  TextResult out;

  FsError operator()(MetadataView& view) {
    out = {};
    FsError e = load(view, ref, &out.node);
    if (e != FsError::ok) return e;
    out.known = true;
    if (out.node.type != FileType::symlink) return FsError::wrong_type;
    auto text = view.row(MetadataView::Table::symlink, file_key(ref.id));
    if (!text) return text.error() == FsError::not_found ? FsError::corrupt : text.error();
    out.text = std::move(*text);
    return FsError::ok;
  }
};

struct ReadDir {
  const Credential* who;
  NodeRef dir;
  Cookie after;
  bool with_inodes;
  bool with_dots;
  FileSystem::EntryVisitor visit;
  ReadDirResult out;

  // "." and "..", which are no entries of the store. False when the visitor wants no more.
  bool visit_dots(MetadataView& view) {
    if (after < kDotCookie && !visit(".", {kDotCookie, out.dir.id, FileType::directory}, &out.dir))
      return false;
    if (after >= kDotDotCookie) return true;
    auto parent = view.inode(out.dir.parent);
    const Inode* node = parent ? &*parent : nullptr;
    return visit("..", {kDotDotCookie, out.dir.parent, FileType::directory}, node);
  }

  FsError operator()(MetadataView& view) {
    out = {};
    FsError e = load(view, dir, &out.dir);
    if (e != FsError::ok) return e;
    out.dir_known = true;
    if (out.dir.type != FileType::directory) return FsError::not_directory;
    if (e = permits(view, out.dir, *who, ace::kListDirectory); e != FsError::ok) return e;
    if (after >= out.dir.next_cookie) return FsError::bad_cookie;
    if (with_dots && !visit_dots(view)) return FsError::ok;
    out.eof = true;
    auto each = [&](std::string_view name, const Dirent& entry, const Inode* node) {
      if (with_inodes && node == nullptr) {
        e = FsError::corrupt;
        return false;
      }
      if (visit(name, entry, node)) return true;
      out.eof = false;
      return false;
    };
    FsError scanned = view.scan(dir.id, std::max(after, kDotDotCookie), with_inodes, each);
    return scanned != FsError::ok ? scanned : e;
  }
};

template <class Op>
Task<decltype(Op::out)> read_and_touch_later(FileSystem::Impl& fs, Op op, Inode decltype(Op::out)::*node) {
  op.out.error = co_await fs.metadata.read(op);
  co_return co_await touched(fs, std::move(op.out), node);
}

template <class Op>
Async<decltype(Op::out)> read_and_touch(FileSystem::Impl& fs, Op op, Inode decltype(Op::out)::*node) {
  Async<FsError> done = fs.metadata.read(op);
  if (!done.ready()) return read_and_touch_later(fs, std::move(op), node);
  op.out.error = std::move(done).get();
  return touched(fs, std::move(op.out), node);
}

}  // namespace

Async<LookupResult> FileSystem::lookup(const Credential& who, NodeRef dir, std::string_view name) {
  return run_read(impl_->metadata, Lookup{&who, dir, name, {}});
}

// POSIX readlink() needs no permission on the link itself.
Async<TextResult> FileSystem::readlink(const Credential&, NodeRef link) {
  return read_and_touch(*impl_, ReadLink{link, {}}, &TextResult::node);
}

Async<ReadDirResult> FileSystem::readdir(const Credential& who, NodeRef dir, Cookie after, bool with_inodes,
                                         EntryVisitor visit, bool with_dots) {
  return read_and_touch(*impl_, ReadDir{&who, dir, after, with_inodes, with_dots, visit, {}},
                        &ReadDirResult::dir);
}

}  // namespace dfs::fs
