#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/run.h"
#include "engine/fs/xattr_rows.h"

// RFC 8276: extended attributes are data of the application's, judged as data is.
namespace dfs::fs {
namespace {

using Table = MetadataView::Table;

FsError check_xattr_name(std::string_view name) {
  if (name.empty() || name.find('\0') != name.npos) return FsError::bad_name;
  return name.size() > kMaxXattrName ? FsError::name_too_long : FsError::ok;
}

// Only files and directories have them. Links and devices have no data of their own that
// permissions of theirs would guard.
FsError check_reading(MetadataView& view, const Inode& node, const Credential& who) {
  if (node.type != FileType::regular && node.type != FileType::directory) return FsError::wrong_type;
  return permits(view, node, who, ace::kReadNamedAttrs);
}

// Of a directory for everybody to write to, its owner decides what it carries (xattr(7), user attributes).
FsError check_writing(MetadataView& view, const Inode& node, const Credential& who) {
  if (node.type != FileType::regular && node.type != FileType::directory) return FsError::wrong_type;
  if (node.type == FileType::directory && (node.mode & kSticky) && !who.root() && who.uid != node.uid)
    return FsError::perm;
  return permits(view, node, who, ace::kWriteNamedAttrs);
}

struct GetXattr {
  const Credential* who;
  NodeRef ref;
  std::string_view name;
  XattrResult out;

  FsError operator()(MetadataView& view) {
    out = {};
    FsError e = load(view, ref, &out.node);
    out.known = e == FsError::ok;
    if (e == FsError::ok) e = check_xattr_name(name);
    if (e == FsError::ok) e = check_reading(view, out.node, *who);
    if (e != FsError::ok) return e;
    if (!out.node.has_xattrs) return FsError::no_xattr;
    auto value = view.row(Table::xattr, xattr_key(ref.id, name));
    if (!value) return value.error() == FsError::not_found ? FsError::no_xattr : value.error();
    out.value = std::move(*value);
    return FsError::ok;
  }
};

struct ListXattrs {
  const Credential* who;
  NodeRef ref;
  Cookie after;
  FileSystem::XattrVisitor visit;
  ListXattrResult out;

  FsError operator()(MetadataView& view) {
    out = {};
    FsError e = load(view, ref, &out.node);
    out.known = e == FsError::ok;
    if (e == FsError::ok) e = check_reading(view, out.node, *who);
    if (e != FsError::ok) return e;
    auto names = load_xattr_names(view, out.node);
    if (!names) return names.error();
    if (after >= names->next_cookie) return FsError::bad_cookie;
    for (const XattrNames::Entry& entry : names->entries)
      if (entry.cookie > after && !visit(entry.name, entry.cookie)) return FsError::ok;
    out.eof = true;
    return FsError::ok;
  }
};

// Sets or removes one.
struct ChangeXattr {
  const Credential* who;
  NodeRef ref;
  std::string_view name;
  std::optional<std::string_view> value;  // nothing: it is removed
  XattrHow how;
  WallTime now;
  ChangeResult out;

  FsError operator()(MetadataTxn& txn) {
    out = {};
    FsError e = load(txn, ref, &out.node);
    if (e == FsError::ok) e = check_xattr_name(name);
    if (e == FsError::ok) e = check_writing(txn, out.node.before, *who);
    if (e != FsError::ok) return e;
    if (value && value->size() > kMaxXattrValue) return FsError::xattr_too_big;
    Inode& node = out.node.after;
    auto names = load_xattr_names(txn, node);
    if (!names) return names.error();
    e = value ? set(txn, *names) : remove(txn, *names);
    if (e != FsError::ok) return e;
    store_xattr_names(txn, node, *names);
    touch_changed(node, now);
    txn.put_inode(node);
    return FsError::ok;
  }

  FsError set(MetadataTxn& txn, XattrNames& names) const {
    XattrNames::Entry* there = names.find(name);
    if (there && how == XattrHow::create) return FsError::exists;
    if (!there && how == XattrHow::replace) return FsError::no_xattr;
    const u32 size = static_cast<u32>(value->size());
    if (there)
      there->size = size;
    else
      names.entries.push_back({names.next_cookie++, size, std::string(name)});
    if (names.name_bytes() > kMaxXattrNames || names.total_bytes() > kMaxXattrTotal) return FsError::no_space;
    txn.put_row(Table::xattr, xattr_key(ref.id, name), *value);
    return FsError::ok;
  }

  FsError remove(MetadataTxn& txn, XattrNames& names) const {
    XattrNames::Entry* there = names.find(name);
    if (!there) return FsError::no_xattr;
    names.entries.erase(names.entries.begin() + (there - names.entries.data()));
    txn.erase_row(Table::xattr, xattr_key(ref.id, name));
    return FsError::ok;
  }
};

}  // namespace

Async<XattrResult> FileSystem::getxattr(const Credential& who, NodeRef node, std::string_view name) {
  return run_read(impl_->metadata, GetXattr{&who, node, name, {}});
}

Async<ListXattrResult> FileSystem::listxattrs(const Credential& who, NodeRef node, Cookie after,
                                              XattrVisitor visit) {
  return run_read(impl_->metadata, ListXattrs{&who, node, after, visit, {}});
}

Async<ChangeResult> FileSystem::setxattr(const Credential& who, NodeRef node, std::string_view name,
                                         std::string_view value, XattrHow how, Rider<ChangeResult>* rider) {
  return run_update(impl_->metadata, ChangeXattr{&who, node, name, value, how, impl_->clock.wall(), {}},
                    rider);
}

Async<ChangeResult> FileSystem::removexattr(const Credential& who, NodeRef node, std::string_view name,
                                            Rider<ChangeResult>* rider) {
  return run_update(impl_->metadata,
                    ChangeXattr{&who, node, name, {}, XattrHow::either, impl_->clock.wall(), {}}, rider);
}

}  // namespace dfs::fs
