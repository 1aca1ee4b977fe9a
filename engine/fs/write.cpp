#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/run.h"
#include "engine/fs/take_back.h"

namespace dfs::fs {
namespace {

// A write goes: into the file's gate, look, data, metadata, out of the gate, stable storage. Each step goes
// on at once while the stores answer at once; the first that must wait takes the call into a coroutine.
struct WriteCall {
  FileSystem::Impl* fs;
  const Credential* who;
  NodeRef file;
  u64 offset;
  SliceList data;
  u32 length;
  Stable stable;
  IoCheck check;
  WallTime now;
  Rider<WriteResult>* rider;
  GateLease lease;
  ContentEditPtr edit;
  WriteResult out;

  FsError look(MetadataView& view) {
    FsError e = load(view, file, &out.file);
    if (e != FsError::ok) return e;
    const Inode& node = out.file.before;
    if (e = require_regular(node); e != FsError::ok) return e;
    if (e = may_transfer(view, node, *who, true, check, offset); e != FsError::ok) return e;
    if (offset > kMaxFileSize || length > kMaxFileSize - offset) return FsError::file_too_large;
    return FsError::ok;
  }

  // The update that makes the data part of the file.
  FsError operator()(MetadataTxn& txn) {
    FsError e = load(txn, file, &out.file);
    if (e != FsError::ok) return e;
    Inode& node = out.file.after;
    if (edit) e = edit->apply(txn, node);
    if (e != FsError::ok) return e;
    if (node.size < offset + length) node.size = offset + length;
    node.mode = mode_after_write(node.mode, *who);
    touch_modified(node, now);
    txn.put_inode(node);
    say_what_was_written();
    return ride(txn, rider, out);
  }

  WriteResult&& refuse(FsError e) {
    out.error = e;
    revert(out);
    return std::move(out);
  }
  WriteResult&& done() {
    say_what_was_written();
    return std::move(out);
  }
  void say_what_was_written() {
    out.count = length;
    out.committed = fs->metadata.durable() ? stable : Stable::file_sync;
    if (out.committed == Stable::data_sync) out.committed = Stable::file_sync;  // no less work
  }
};

}  // namespace

Task<void> take_back(FileSystem::Impl& fs, NodeRef file, Inode seen) {
  co_await fs.gates.enter(file.id, FileGates::Mode::alone);
  GateLease lease(fs.gates, file.id, FileGates::Mode::alone);
  Inode node{};
  bool gone = false;
  auto look = [&](MetadataView& view) {
    FsError e = load(view, file, &node);
    gone = e == FsError::stale;
    return gone ? FsError::ok : e;
  };
  if (co_await fs.metadata.read(look) != FsError::ok) co_return;
  ContentEditPtr edit;
  if (!gone) edit = (co_await fs.content.truncate(node, node.size)).edit;
  auto undo = [&](MetadataTxn& txn) {
    if (gone) return fs.content.remove(txn, seen);
    FsError e = load(txn, file, &node);
    if (e == FsError::ok && edit) e = edit->apply(txn, node);
    if (e == FsError::ok) txn.put_inode(node);
    return e;
  };
  co_await fs.metadata.update(undo);
}

namespace {

Task<WriteResult> refuse_written(WriteCall call, FsError e) {
  call.edit.reset();
  call.lease.release();
  co_await take_back(*call.fs, call.file, call.out.file.before);
  co_return call.refuse(e);
}

Async<WriteResult> recorded(WriteCall& call, FsError e, CommitSeq seq) {
  if (e != FsError::ok) return refuse_written(std::move(call), e);
  // Before whoever may take the data away again enters: to the content store the write is under way until
  // then.
  call.edit.reset();
  call.lease.release();
  if (call.stable == Stable::unstable) return call.done();
  return when_durable(call.fs->metadata, call.done(), seq);
}

Task<WriteResult> record_later(WriteCall call) {
  CommitSeq seq = 0;
  FsError e = co_await call.fs->metadata.update(call, &seq);
  co_return co_await recorded(call, e, seq);
}

Async<WriteResult> record(WriteCall& call, ContentChange&& change) {
  if (change.error != FsError::ok) return refuse_written(std::move(call), change.error);
  call.edit = std::move(change.edit);
  CommitSeq seq = 0;
  Async<FsError> updated = call.fs->metadata.update(call, &seq);
  if (!updated.ready()) return record_later(std::move(call));
  return recorded(call, std::move(updated).get(), seq);
}

Task<WriteResult> store_later(WriteCall call) {
  ContentChange change = co_await call.fs->content.write(call.out.file.before, call.offset, call.data);
  co_return co_await record(call, std::move(change));
}

Async<WriteResult> looked(WriteCall& call, FsError e) {
  if (e != FsError::ok) return call.refuse(e);
  if (call.length == 0) return call.done();  // RFC 1813 3.3.7: succeeds, and changes nothing
  Async<ContentChange> change = call.fs->content.write(call.out.file.before, call.offset, call.data);
  if (!change.ready()) return store_later(std::move(call));
  return record(call, std::move(change).get());
}

Task<WriteResult> enter_later(WriteCall call) {
  co_await call.fs->gates.enter(call.file.id, FileGates::Mode::together);
  call.lease = GateLease(call.fs->gates, call.file.id, FileGates::Mode::together);
  auto look = [&](MetadataView& view) { return call.look(view); };
  FsError e = co_await call.fs->metadata.read(look);
  co_return co_await looked(call, e);
}

}  // namespace

Async<WriteResult> FileSystem::write(const Credential& who, NodeRef file, u64 offset, SliceList data,
                                     Stable stable, IoCheck check, Rider<WriteResult>* rider) {
  Impl& fs = *impl_;
  u64 total = total_size(data);
  u32 length = static_cast<u32>(std::min<u64>(total, fs.config.max_io));
  WriteCall call{&fs,   &who, file, offset, std::move(data), length, stable, check, fs.clock.wall(),
                 rider, {},   {},   {}};
  for (u64 extra = total - length; extra > 0;) {  // a short write: the caller is told how much was taken
    Slice& last = call.data.back();
    u32 cut = static_cast<u32>(std::min<u64>(extra, last.size()));
    last = last.sub(0, last.size() - cut);
    if (last.size() == 0) call.data.pop_back();
    extra -= cut;
  }
  if (!fs.gates.try_enter(file.id, FileGates::Mode::together)) return enter_later(std::move(call));
  call.lease = GateLease(fs.gates, file.id, FileGates::Mode::together);
  auto look = [&](MetadataView& view) { return call.look(view); };
  Async<FsError> done = fs.metadata.read(look);
  if (!done.ready()) {
    call.lease.release();
    return enter_later(std::move(call));
  }
  return looked(call, std::move(done).get());
}

namespace {

struct CommitOp {
  NodeRef file;
  const Credential* who;
  IoCheck check;
  SetAttrResult out;

  FsError operator()(MetadataView& view) {
    out = {};
    FsError e = load(view, file, &out.node);
    if (e != FsError::ok) return e;
    const Inode& node = out.node.before;
    if (e = require_regular(node); e != FsError::ok) return e;
    // Who could write it may have it stored; who could only read it loses nothing by it.
    FsError writing = may_transfer(view, node, *who, true, check);
    return writing == FsError::ok ? writing : may_transfer(view, node, *who, false, check);
  }
};

Task<SetAttrResult> commit_later(MetadataStore& store, CommitOp op) {
  CommitSeq seq = store.last_seq();
  op.out.error = co_await store.read(op);
  if (op.out.error != FsError::ok) co_return std::move(op.out);
  co_return co_await when_durable(store, std::move(op.out), seq);
}

}  // namespace

Async<SetAttrResult> FileSystem::commit(const Credential& who, NodeRef file, IoCheck check) {
  MetadataStore& store = impl_->metadata;
  CommitOp op{file, &who, check, {}};
  CommitSeq seq = store.last_seq();  // of all writes that were answered by now
  Async<FsError> done = store.read(op);
  if (!done.ready()) return commit_later(store, std::move(op));
  op.out.error = std::move(done).get();
  if (op.out.error != FsError::ok) return std::move(op.out);
  return when_durable(store, std::move(op.out), seq);
}

}  // namespace dfs::fs
