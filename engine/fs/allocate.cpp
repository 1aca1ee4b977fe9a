#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/run.h"
#include "engine/fs/take_back.h"

// RFC 7862 15.1 and 15.4: space taken beforehand, and space given back.
namespace dfs::fs {
namespace {

// A change of what lies in a range of a file, which has the file to itself.
struct RangeCall {
  FileSystem::Impl* fs;
  const Credential* who;
  NodeRef file;
  u64 offset, length;
  IoCheck check;
  WallTime now;
  Rider<ChangeResult>* rider;
  ContentEditPtr edit;
  u64 reach = 0;      // the file's size is at least this afterwards
  bool last = false;  // of the updates this takes
  ChangeResult out;

  FsError look(MetadataView& view) {
    FsError e = load(view, file, &out.node);
    if (e == FsError::ok) e = require_regular(out.node.before);
    if (e == FsError::ok) e = may_transfer(view, out.node.before, *who, true, check, offset);
    if (e != FsError::ok) return e;
    return length == 0 ? FsError::invalid : FsError::ok;
  }

  FsError operator()(MetadataTxn& txn) {
    Inode node;
    FsError e = load(txn, file, &node);
    if (e == FsError::ok && edit) e = edit->apply(txn, node);
    if (e != FsError::ok) return e;
    node.size = std::max(node.size, reach);
    node.mode = mode_after_write(node.mode, *who);
    touch_modified(node, now);
    txn.put_inode(node);
    out.node.after = node;
    return last ? ride(txn, rider, out) : FsError::ok;
  }
};

Task<ChangeResult> deallocate_later(RangeCall call) {
  FileSystem::Impl& fs = *call.fs;
  co_await fs.gates.enter(call.file.id, FileGates::Mode::alone);
  GateLease lease(fs.gates, call.file.id, FileGates::Mode::alone);
  ChangeResult& out = call.out;
  auto look = [&](MetadataView& view) { return call.look(view); };
  out.error = co_await fs.metadata.read(look);
  const u64 size = out.node.before.size;
  if (out.error != FsError::ok || call.offset >= size) co_return std::move(out);  // nothing is there
  ContentChange change =
      co_await fs.content.deallocate(out.node.before, call.offset, std::min(call.length, size - call.offset));
  call.edit = std::move(change.edit);
  out.error = change.error;
  CommitSeq seq = 0;
  call.last = true;
  if (out.error == FsError::ok) out.error = co_await fs.metadata.update(call, &seq);
  call.edit.reset();
  lease.release();
  if (out.error != FsError::ok) {
    revert(out);
    co_return std::move(out);
  }
  co_return co_await when_durable(fs.metadata, std::move(out), seq);
}

// The holes of a range, one after the other.
class Holes {
 public:
  Holes(FileSystem::Impl& fs, const Inode& node, u64 begin, u64 end)
      : fs_(fs), node_(node), at_(begin), end_(end) {}
  struct Hole {
    FsError error = FsError::ok;
    u64 offset = 0, length = 0;  // no length: there are no more
  };
  Task<Hole> next() {
    while (at_ < end_) {
      Extent extent{at_, end_ - at_, false};  // beyond the end of the file
      if (at_ < node_.size) {
        auto found = co_await fs_.content.extent(node_, at_);
        if (!found) co_return Hole{found.error()};
        extent = *found;
      }
      const u64 begin = at_;
      at_ = std::min(extent.offset + extent.length, end_);
      if (!extent.data) co_return Hole{FsError::ok, begin, at_ - begin};
    }
    co_return Hole{};
  }

 private:
  FileSystem::Impl& fs_;
  const Inode node_;
  u64 at_;
  const u64 end_;
};

// Bytes that the range lacks.
Task<Result<u64, FsError>> missing(FileSystem::Impl& fs, const Inode& node, u64 begin, u64 end) {
  Holes holes(fs, node, begin, end);
  for (u64 bytes = 0;;) {
    Task<Holes::Hole> finding = holes.next();
    Holes::Hole hole = co_await finding;
    if (hole.error != FsError::ok) co_return failure(hole.error);
    if (hole.length == 0) co_return bytes;
    bytes += hole.length;
  }
}

SliceList zeros(u64 bytes) {
  SliceList out;
  for (; bytes > 0; bytes -= out.back().size())
    out.push_back(Slice::of_static(zero_bytes(), static_cast<u32>(std::min<u64>(bytes, kZeroPage))));
  return out;
}

// Writes zeros where there is a hole, a step at a time; others may use the thread between steps.
Task<FsError> fill_hole(RangeCall& call, u64 begin, u64 end) {
  FileSystem::Impl& fs = *call.fs;
  constexpr u64 kStep = 1u << 20;
  for (u64 at = begin; at < end;) {
    if (fs.interrupted) co_return FsError::busy;
    const u64 n = std::min(end - at, kStep);
    SliceList data = zeros(n);
    ContentChange change = co_await fs.content.write(call.out.node.after, at, data);
    if (change.error != FsError::ok) co_return change.error;
    call.edit = std::move(change.edit);
    at += n;
    call.reach = at;
    FsError e = co_await fs.metadata.update(call);
    call.edit.reset();
    if (e != FsError::ok) co_return e;
    co_await Yield();
  }
  co_return FsError::ok;
}

Task<FsError> fill_holes(RangeCall& call, u64 end) {
  Holes holes(*call.fs, call.out.node.before, call.offset, end);
  for (;;) {
    Task<Holes::Hole> finding = holes.next();
    Holes::Hole hole = co_await finding;
    if (hole.error != FsError::ok || hole.length == 0) co_return hole.error;
    Task<FsError> filling = fill_hole(call, hole.offset, hole.offset + hole.length);
    FsError e = co_await filling;
    if (e != FsError::ok) co_return e;
  }
}

// Space is taken by being used: holes become zeros. What fails in the middle leaves what it has got so far,
// which does no harm.
Task<ChangeResult> allocate_later(RangeCall call) {
  FileSystem::Impl& fs = *call.fs;
  co_await fs.gates.enter(call.file.id, FileGates::Mode::alone);
  GateLease lease(fs.gates, call.file.id, FileGates::Mode::alone);
  ChangeResult& out = call.out;
  auto look = [&](MetadataView& view) { return call.look(view); };
  out.error = co_await fs.metadata.read(look);
  if (out.error != FsError::ok) co_return std::move(out);
  if (call.offset > kMaxFileSize || call.length > kMaxFileSize - call.offset) {
    out.error = FsError::file_too_large;
    co_return std::move(out);
  }
  const u64 end = call.offset + call.length;
  Task<Result<u64, FsError>> adding = missing(fs, out.node.before, call.offset, end);
  auto needed = co_await adding;
  if (!needed)
    out.error = needed.error();
  else if (*needed > fs.content.statfs().available_bytes)
    out.error = FsError::no_space;
  if (out.error != FsError::ok) co_return std::move(out);
  Task<FsError> filling = fill_holes(call, end);
  out.error = co_await filling;
  CommitSeq seq = 0;
  call.reach = end;
  call.last = true;
  if (out.error == FsError::ok) out.error = co_await fs.metadata.update(call, &seq);
  lease.release();
  if (out.error == FsError::ok) co_return co_await when_durable(fs.metadata, std::move(out), seq);
  Task<void> taking = take_back(fs, call.file, out.node.before);
  co_await taking;
  co_return std::move(out);
}

}  // namespace

Async<ChangeResult> FileSystem::allocate(const Credential& who, NodeRef file, u64 offset, u64 length,
                                         IoCheck check, Rider<ChangeResult>* rider) {
  RangeCall call{impl_.get(),         &who,  file, offset, length, check,
                 impl_->clock.wall(), rider, {},   0,      false,  {}};
  return allocate_later(std::move(call));
}

Async<ChangeResult> FileSystem::deallocate(const Credential& who, NodeRef file, u64 offset, u64 length,
                                           IoCheck check, Rider<ChangeResult>* rider) {
  RangeCall call{impl_.get(),         &who,  file, offset, length, check,
                 impl_->clock.wall(), rider, {},   0,      false,  {}};
  return deallocate_later(std::move(call));
}

}  // namespace dfs::fs
