#include "engine/fs/attributes.h"
#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"
#include "engine/fs/run.h"

namespace dfs::fs {
namespace {

struct SetAttrOp {
  const Credential* who;
  NodeRef ref;
  const SetAttr* attr;
  std::optional<WallTime> guard;
  IoCheck size_check;
  WallTime now;
  Rider<SetAttrResult>* rider;
  ContentEditPtr edit;  // of a size change
  SetAttrResult out;

  // Everything that can be refused, without changing anything.
  FsError check(MetadataView& view) {
    out = {};
    FsError e = load(view, ref, &out.node);
    if (e != FsError::ok) return e;
    if (guard && *guard != out.node.before.ctime) return FsError::not_sync;
    return check_setattr(view, out.node.before, *who, *attr, size_check);
  }

  FsError operator()(MetadataTxn& txn) {
    FsError e = check(txn);
    const u32 parts = parts_of(*attr);
    if (e != FsError::ok || parts == 0) return e;
    Inode& node = out.node.after;
    if (edit) e = edit->apply(txn, node);
    if (e == FsError::ok) e = apply_setattr(txn, node, *who, *attr, now);
    if (e != FsError::ok) return e;
    txn.put_inode(node);
    out.applied = parts;
    return ride(txn, rider, out);
  }
};

// A change of size has the file to itself from the check until its edit is applied.
Task<SetAttrResult> resize(FileSystem::Impl& fs, SetAttrOp op) {
  co_await fs.gates.enter(op.ref.id, FileGates::Mode::alone);
  GateLease lease(fs.gates, op.ref.id, FileGates::Mode::alone);
  auto look = [&](MetadataView& view) { return op.check(view); };
  FsError e = co_await fs.metadata.read(look);
  CommitSeq seq = 0;
  if (e == FsError::ok) {
    ContentChange change = co_await fs.content.truncate(op.out.node.before, *op.attr->size);
    op.edit = std::move(change.edit);
    e = change.error;
  }
  if (e == FsError::ok) e = co_await fs.metadata.update(op, &seq);
  lease.release();
  if (e != FsError::ok) {
    op.out.error = e;
    revert(op.out);
    co_return std::move(op.out);
  }
  co_return co_await when_durable(fs.metadata, std::move(op.out), seq);
}

}  // namespace

Async<SetAttrResult> FileSystem::setattr(const Credential& who, NodeRef node, const SetAttr& attr,
                                         std::optional<WallTime> guard, IoCheck size_check,
                                         Rider<SetAttrResult>* rider) {
  SetAttrOp op{&who, node, &attr, guard, size_check, impl_->clock.wall(), rider, nullptr, {}};
  if (attr.size) return resize(*impl_, std::move(op));
  return run_update(impl_->metadata, std::move(op));
}

}  // namespace dfs::fs
