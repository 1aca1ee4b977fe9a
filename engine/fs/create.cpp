#include "engine/fs/attributes.h"
#include "engine/fs/file_system_impl.h"
#include "engine/fs/names.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/run.h"

namespace dfs::fs {
namespace {

u16 default_mode(FileType type, CreateHow how) {
  switch (type) {
    case FileType::directory:
      return 0755;
    case FileType::symlink:
      return 0777;
    // Its creator sets the mode in a second step; until then it is nobody else's business.
    default:
      return how == CreateHow::exclusive ? 0600 : 0644;
  }
}

// Makes one object of any type.
struct Make {
  FileSystem::Impl* fs;
  const Credential* who;
  NodeRef dir;
  std::string_view name;
  FileType type;
  const SetAttr* attr;
  WallTime now;
  CreateHow how = CreateHow::guarded;
  u64 verifier = 0;
  std::string_view text;
  u32 major = 0, minor = 0;
  CreateResult out;
  bool truncate_existing = false;

  FsError operator()(MetadataTxn& txn) {
    out = {};
    truncate_existing = false;
    FsError e = load_dir(txn, dir, &out.dir);
    if (e == FsError::ok) e = check_new_name(name);
    if (e != FsError::ok) return e;
    const Inode& parent = out.dir.before;
    if (e = permits(txn, parent, *who, ace::kExecute); e != FsError::ok) return e;
    auto entry = txn.lookup(dir.id, name);
    if (entry) return use_existing(txn, *entry);
    if (entry.error() != FsError::not_found) return entry.error();
    if (parent.nlink == 0) return FsError::not_found;  // removed, and only held
    if (e = permits(txn, parent, *who, right_to_add(type)); e != FsError::ok) return e;
    if (type == FileType::directory && parent.nlink >= kMaxLinks) return FsError::too_many_links;
    return make(txn);
  }

  FsError use_existing(MetadataView& view, const Dirent& entry) {
    FsError e = load_target(view, entry, &out.node);
    if (e != FsError::ok) return e;
    if (type != FileType::regular || out.node.type != FileType::regular) return FsError::exists;
    switch (how) {
      case CreateHow::guarded:
        return FsError::exists;
      case CreateHow::kept:
        return FsError::ok;
      case CreateHow::unchecked:
        truncate_existing = attr->size.has_value();
        return FsError::ok;
      case CreateHow::exclusive:  // RFC 1813 3.3.8: the verifier tells a retransmission from somebody else
        return out.node.has_create_verifier && out.node.create_verifier == verifier ? FsError::ok
                                                                                    : FsError::exists;
    }
    return FsError::exists;
  }

  FsError make(MetadataTxn& txn) {
    Inode node{};
    node.type = type;
    node.id = txn.new_id();
    const u32 parts = parts_of(*attr);
    const bool bare = how == CreateHow::exclusive && parts == 0;
    FsError e =
        initial_attributes(txn, node, out.dir.before, *who, *attr, now, default_mode(type, how), bare);
    if (e != FsError::ok) return e;
    if (type == FileType::regular && attr->size) {
      if (*attr->size > kMaxFileSize) return FsError::file_too_large;
      node.size = *attr->size;  // all of it a hole
    }
    node.generation = fs->draw_generation();
    node.nlink = 1;
    node.rdev_major = major;
    node.rdev_minor = minor;
    if (how == CreateHow::exclusive) {
      node.create_verifier = verifier;
      node.has_create_verifier = true;
    }
    Inode& parent = out.dir.after;
    if (type == FileType::directory) {
      node.nlink = 2;
      node.parent = dir.id;
      node.next_cookie = kFirstCookie;
      node.size = node.space_used = 4096;
      ++parent.nlink;  // the new one's ".."
    }
    if (type == FileType::symlink) {
      node.size = text.size();
      txn.put_row(MetadataView::Table::symlink, file_key(node.id), text);
    }
    add_entry(txn, parent, name, node.id, type);
    touch_modified(parent, now);
    txn.put_inode(node);
    txn.put_inode(parent);
    out.node = node;
    out.created = true;
    out.applied = parts;
    return FsError::ok;
  }
};

// An unchecked create of a file that is there changes only its size (RFC 1813 3.3.8, as open(O_TRUNC) needs).
Task<CreateResult> create_and_truncate(FileSystem& fs, Make op, IoCheck size_check) {
  CommitSeq seq = 0;
  op.out.error = co_await fs.metadata().update(op, &seq);
  if (op.out.error != FsError::ok) {
    revert(op.out);
    co_return std::move(op.out);
  }
  if (op.truncate_existing) {
    SetAttr size;
    size.size = op.attr->size;
    NodeRef ref{op.out.node.id, op.out.node.generation};
    SetAttrResult set = co_await fs.setattr(*op.who, ref, size, {}, size_check);
    op.out.error = set.error;
    op.out.applied = set.applied;
    if (set.node.known) op.out.node = set.node.after;
    co_return std::move(op.out);
  }
  co_return co_await when_durable(fs.metadata(), std::move(op.out), seq);
}

// Lets a refusal that needs no look at the name still tell the directory's attributes.
struct Refuse {
  NodeRef dir;
  FsError why;
  CreateResult out;

  FsError operator()(MetadataView& view) {
    out = {};
    FsError e = load_dir(view, dir, &out.dir);
    return e == FsError::ok ? why : e;
  }
};

}  // namespace

Async<CreateResult> FileSystem::create(const Credential& who, NodeRef dir, std::string_view name,
                                       CreateHow how, const SetAttr& attr, u64 verifier, IoCheck size_check,
                                       Rider<CreateResult>* rider) {
  DFS_CHECK(rider == nullptr || how != CreateHow::unchecked);  // which may take two updates
  Make op{impl_.get(), &who, dir, name, FileType::regular, &attr, impl_->clock.wall(), how, verifier};
  if (how == CreateHow::unchecked && attr.size) return create_and_truncate(*this, std::move(op), size_check);
  return run_update(impl_->metadata, std::move(op), rider);
}

Async<CreateResult> FileSystem::mkdir(const Credential& who, NodeRef dir, std::string_view name,
                                      const SetAttr& attr, Rider<CreateResult>* rider) {
  return run_update(impl_->metadata,
                    Make{impl_.get(), &who, dir, name, FileType::directory, &attr, impl_->clock.wall()},
                    rider);
}

Async<CreateResult> FileSystem::symlink(const Credential& who, NodeRef dir, std::string_view name,
                                        std::string_view text, const SetAttr& attr,
                                        Rider<CreateResult>* rider) {
  // POSIX 4.13 leaves the meaning of an empty link open; no client can follow one, so none is made.
  if (text.empty()) return run_read(impl_->metadata, Refuse{dir, FsError::invalid, {}});
  if (text.size() > kMaxSymlink) return run_read(impl_->metadata, Refuse{dir, FsError::name_too_long, {}});
  if (text.find('\0') != text.npos) return run_read(impl_->metadata, Refuse{dir, FsError::bad_name, {}});
  Make op{impl_.get(), &who, dir, name, FileType::symlink, &attr, impl_->clock.wall()};
  op.text = text;
  return run_update(impl_->metadata, std::move(op), rider);
}

Async<CreateResult> FileSystem::mknod(const Credential& who, NodeRef dir, std::string_view name,
                                      FileType type, u32 major, u32 minor, const SetAttr& attr,
                                      Rider<CreateResult>* rider) {
  bool device = type == FileType::block_device || type == FileType::character_device;
  if (!device && type != FileType::fifo && type != FileType::socket)
    return run_read(impl_->metadata, Refuse{dir, FsError::wrong_type, {}});
  // POSIX mknod(): anything but a FIFO takes privileges; sockets are bound by their users, as on Linux.
  if (device && !who.root()) return run_read(impl_->metadata, Refuse{dir, FsError::perm, {}});
  Make op{impl_.get(), &who, dir, name, type, &attr, impl_->clock.wall()};
  if (device) op.major = major, op.minor = minor;
  return run_update(impl_->metadata, std::move(op), rider);
}

}  // namespace dfs::fs
