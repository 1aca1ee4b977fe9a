#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/run.h"

// RFC 7862 15.13: a range that shares another's bytes, all at once.
namespace dfs::fs {
namespace {

struct Clone {
  FileSystem::Impl* fs;
  CopyEnd from, to;
  u64 length;
  WallTime now;
  Rider<ChangeResult>* rider;
  u64 shared = 0;  // bytes: length, and zeros behind it
  Inode source{};
  ContentEditPtr edit;
  ChangeResult out;

  bool same_file() const { return from.file.id == to.file.id; }

  FsError look(MetadataView& view) {
    FsError e = load(view, to.file, &out.node);
    if (e == FsError::ok) e = load(view, from.file, &source);
    if (e == FsError::ok) e = require_regular(source);
    if (e == FsError::ok) e = require_regular(out.node.before);
    if (e == FsError::ok) e = may_transfer(view, source, from.who, false, from.check);
    if (e == FsError::ok) e = may_transfer(view, out.node.before, to.who, true, to.check, to.offset);
    return e == FsError::ok ? check_ranges() : e;
  }

  FsError check_ranges() {
    if (from.offset > source.size) return FsError::invalid;
    if (length == 0) length = source.size - from.offset;
    if (length > source.size - from.offset) return FsError::invalid;
    if (to.offset > kMaxFileSize || length > kMaxFileSize - to.offset) return FsError::file_too_large;
    const u64 unit = fs->content.clone_unit();
    const bool to_the_end = from.offset + length == source.size;
    if (from.offset % unit || to.offset % unit || (length % unit && !to_the_end)) return FsError::invalid;
    const bool overlap = from.offset < to.offset + length && to.offset < from.offset + length;
    if (same_file() && overlap) return FsError::invalid;
    shared = length;
    // "the area between the end of the target area and the next multiple of the clone block size will be
    // zeroed" (RFC 7862 15.13.3): behind its end the source has a hole.
    const u64 end = to.offset + length, size = out.node.before.size;
    if (length % unit && size > end) shared += std::min(unit - length % unit, size - end);
    return FsError::ok;
  }

  FsError operator()(MetadataTxn& txn) {
    Inode node;
    FsError e = load(txn, to.file, &node);
    if (e == FsError::ok && edit) e = edit->apply(txn, node);
    if (e != FsError::ok) return e;
    node.size = std::max(node.size, to.offset + length);
    node.mode = mode_after_write(node.mode, to.who);
    touch_modified(node, now);
    txn.put_inode(node);
    out.node.after = node;
    return ride(txn, rider, out);
  }
};

// Nobody writes either file meanwhile: what is shared is the source as it was at one moment.
Task<ChangeResult> clone_later(Clone call) {
  FileGates& gates = call.fs->gates;
  const FileId a = call.from.file.id, b = call.to.file.id;
  const FileId first = std::min(a, b), second = std::max(a, b);
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
  ContentChange change = co_await call.fs->content.clone(call.source, call.from.offset, out.node.before,
                                                         call.to.offset, call.shared);
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

Async<ChangeResult> FileSystem::clone(const CopyEnd& from, const CopyEnd& to, u64 length,
                                      Rider<ChangeResult>* rider) {
  return clone_later({impl_.get(), from, to, length, impl_->clock.wall(), rider, 0, {}, {}, {}});
}

}  // namespace dfs::fs
