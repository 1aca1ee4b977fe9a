#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/run.h"

// RFC 7862 15.13: a range that shares another's bytes, all at once.
namespace dfs::fs {
namespace {

struct Clone {
  FileSystem::Impl* fs;
  const Credential* who;
  NodeRef from, to;
  u64 from_offset, to_offset, length;
  IoCheck from_check, to_check;
  WallTime now;
  Inode source{};
  ContentEditPtr edit;
  ChangeResult out;

  bool same_file() const { return from.id == to.id; }

  FsError look(MetadataView& view) {
    FsError e = load(view, to, &out.node);
    if (e == FsError::ok) e = load(view, from, &source);
    if (e == FsError::ok) e = require_regular(source);
    if (e == FsError::ok) e = require_regular(out.node.before);
    if (e == FsError::ok) e = may_transfer(view, source, *who, false, from_check);
    if (e == FsError::ok) e = may_transfer(view, out.node.before, *who, true, to_check, to_offset);
    return e == FsError::ok ? check_ranges() : e;
  }

  FsError check_ranges() {
    if (from_offset > source.size) return FsError::invalid;
    if (length == 0) length = source.size - from_offset;
    if (length > source.size - from_offset) return FsError::invalid;
    if (to_offset > kMaxFileSize || length > kMaxFileSize - to_offset) return FsError::file_too_large;
    const u64 unit = fs->content.clone_unit();
    const bool to_the_end = from_offset + length == source.size;
    if (from_offset % unit || to_offset % unit || (length % unit && !to_the_end)) return FsError::invalid;
    const bool overlap = from_offset < to_offset + length && to_offset < from_offset + length;
    return same_file() && overlap ? FsError::invalid : FsError::ok;
  }

  FsError operator()(MetadataTxn& txn) {
    Inode node;
    FsError e = load(txn, to, &node);
    if (e == FsError::ok && edit) e = edit->apply(txn, node);
    if (e != FsError::ok) return e;
    node.size = std::max(node.size, to_offset + length);
    node.mode = mode_after_write(node.mode, *who);
    touch_modified(node, now);
    txn.put_inode(node);
    out.node.after = node;
    return FsError::ok;
  }
};

// Nobody writes either file meanwhile: what is shared is the source as it was at one moment.
Task<ChangeResult> clone_later(Clone call) {
  FileGates& gates = call.fs->gates;
  const FileId first = std::min(call.from.id, call.to.id), second = std::max(call.from.id, call.to.id);
  co_await gates.enter(first, FileGates::Mode::alone);
  GateLease first_lease(gates, first, FileGates::Mode::alone), second_lease;
  if (second != first) {
    co_await gates.enter(second, FileGates::Mode::alone);
    second_lease = GateLease(gates, second, FileGates::Mode::alone);
  }
  ChangeResult& out = call.out;
  auto look = [&](MetadataView& view) { return call.look(view); };
  out.error = co_await call.fs->metadata.read(look);
  if (out.error != FsError::ok || call.length == 0) co_return std::move(out);
  ContentChange change = co_await call.fs->content.clone(call.source, call.from_offset, out.node.before,
                                                         call.to_offset, call.length);
  call.edit = std::move(change.edit);
  out.error = change.error;
  CommitSeq seq = 0;
  if (out.error == FsError::ok) out.error = co_await call.fs->metadata.update(call, &seq);
  call.edit.reset();
  first_lease.release();
  second_lease.release();
  if (out.error != FsError::ok) {
    revert(out);
    co_return std::move(out);
  }
  co_return co_await when_durable(call.fs->metadata, std::move(out), seq);
}

}  // namespace

Async<ChangeResult> FileSystem::clone(const Credential& who, NodeRef from, u64 from_offset, NodeRef to,
                                      u64 to_offset, u64 length, IoCheck from_check, IoCheck to_check) {
  Clone call{impl_.get(),         &who, from, to, from_offset, to_offset, length, from_check, to_check,
             impl_->clock.wall(), {},   {},   {}};
  return clone_later(std::move(call));
}

}  // namespace dfs::fs
