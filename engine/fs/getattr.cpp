#include "engine/fs/acl_row.h"
#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/run.h"

namespace dfs::fs {
namespace {

struct GetAttr {
  NodeRef ref;
  AttrResult out;

  FsError operator()(MetadataView& view) {
    out = {};
    FsError e = load(view, ref, &out.node);
    out.known = e == FsError::ok;
    return e;
  }
};

struct CheckAccess {
  const Credential* who;
  NodeRef ref;
  u32 wanted;
  decltype(&granted) judge;  // what the bits of wanted are
  AccessResult out;

  FsError operator()(MetadataView& view) {
    out = {};
    FsError e = load(view, ref, &out.node);
    out.known = e == FsError::ok;
    if (e != FsError::ok) return e;
    auto got = judge(view, out.node, *who, wanted);
    if (!got) return got.error();
    out.granted = *got;
    return FsError::ok;
  }
};

struct GetAcl {
  const Credential* who;
  NodeRef ref;
  AclResult out;

  FsError operator()(MetadataView& view) {
    out = {};
    FsError e = load(view, ref, &out.node);
    out.known = e == FsError::ok;
    if (e == FsError::ok) e = permits(view, out.node, *who, ace::kReadAcl);
    if (e != FsError::ok) return e;
    auto acls = load_acls(view, out.node);
    if (!acls) return acls.error();
    out.acls = std::move(*acls);
    return FsError::ok;
  }
};

struct StatFs {
  struct Out {
    FsError error = FsError::ok;
    u64 inodes = 0;
  };
  NodeRef ref;
  Out out;

  FsError operator()(MetadataView& view) {
    Inode node;
    out.inodes = view.inode_count();
    return load(view, ref, &node);
  }
};

Result<FsStat, FsError> fill(const StatFs::Out& found, const ContentStore& content) {
  if (found.error != FsError::ok) return failure(found.error);
  FsStat stat = content.statfs();
  // Inodes are not set aside beforehand: there is room for as many as there is for their smallest useful
  // file.
  constexpr u64 kBytesPerFile = 1024;
  stat.free_files = stat.free_bytes / kBytesPerFile;
  stat.available_files = stat.available_bytes / kBytesPerFile;
  stat.total_files = found.inodes + stat.free_files;
  return stat;
}

Task<Result<FsStat, FsError>> statfs_later(Task<StatFs::Out> found, const ContentStore& content) {
  StatFs::Out out = co_await found;
  co_return fill(out, content);
}

}  // namespace

Async<AttrResult> FileSystem::getattr(NodeRef node) { return run_read(impl_->metadata, GetAttr{node, {}}); }

Async<AccessResult> FileSystem::access(const Credential& who, NodeRef node, u32 wanted) {
  return run_read(impl_->metadata, CheckAccess{&who, node, wanted, granted_access, {}});
}

Async<AccessResult> FileSystem::rights(const Credential& who, NodeRef node, u32 mask) {
  return run_read(impl_->metadata, CheckAccess{&who, node, mask, granted, {}});
}

Async<AclResult> FileSystem::getacl(const Credential& who, NodeRef node) {
  return run_read(impl_->metadata, GetAcl{&who, node, {}});
}

Async<Result<FsStat, FsError>> FileSystem::statfs(NodeRef node) {
  StatFs op{node, {}};
  Async<FsError> done = impl_->metadata.read(op);
  if (!done.ready()) return statfs_later(read_later(impl_->metadata, op), impl_->content);
  op.out.error = std::move(done).get();
  return fill(op.out, impl_->content);
}

}  // namespace dfs::fs
