#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/run.h"

// RFC 7862 15.2 and 15.12: much to write for a request that carries little. Both work in steps that are
// writes like any other, so a reader sees the file grow.
namespace dfs::fs {
namespace {

constexpr u64 kMostBytes = u64(64) << 20;  // moved by one call; the caller asks again for the rest

// Waits for what the steps wrote, when that is asked for.
Task<CopyResult> finish(FileSystem::Impl& fs, CopyResult out, Stable stable) {
  if (out.count > 0) out.error = FsError::ok;  // a short count; what stopped it meets the caller next time
  const bool wait = stable != Stable::unstable;
  out.committed = wait || !fs.metadata.durable() ? Stable::file_sync : Stable::unstable;
  if (out.error != FsError::ok || !wait) co_return out;
  co_return co_await when_durable(fs.metadata, std::move(out), fs.metadata.last_seq());
}

struct Copy {
  FileSystem* source;
  FileSystem* target;
  CopyEnd from, to;
  u64 length;
  CopyResult out;

  // What the source says, then what the target does: views of two stores, perhaps.
  FsError look_at_source(MetadataView& view) {
    Inode node;
    FsError e = load(view, from.file, &node);
    if (e == FsError::ok) e = require_regular(node);
    if (e == FsError::ok) e = may_transfer(view, node, from.who, false, from.check);
    if (e != FsError::ok) return e;
    if (from.offset > node.size) return FsError::invalid;
    if (length == 0) length = node.size - from.offset;
    return length > node.size - from.offset ? FsError::invalid : FsError::ok;
  }
  FsError look_at_target(MetadataView& view) {
    FsError e = load(view, to.file, &out.file);
    if (e == FsError::ok) e = require_regular(out.file.before);
    if (e == FsError::ok) e = may_transfer(view, out.file.before, to.who, true, to.check, to.offset);
    if (e != FsError::ok) return e;
    if (to.offset > kMaxFileSize || length > kMaxFileSize - to.offset) return FsError::file_too_large;
    const bool overlap = from.offset < to.offset + length && to.offset < from.offset + length;
    return same_fs() && from.file.id == to.file.id && overlap ? FsError::invalid : FsError::ok;
  }

  bool same_fs() const { return source == target; }
  u64 left() const { return length - out.count; }
  u64 source_at() const { return from.offset + out.count; }
  u64 target_at() const { return to.offset + out.count; }

  // Bytes from here on that can be shared.
  u64 shareable() const {
    const u64 unit = target->facts().clone_unit;
    return !same_fs() || source_at() % unit || target_at() % unit ? 0 : left() - left() % unit;
  }
  // Bytes to move before something can be shared; all there are when nothing can.
  u64 until_shareable() const {
    if (!same_fs()) return left();
    const u64 unit = target->facts().clone_unit;
    if (source_at() % unit != target_at() % unit) return left();
    return std::min(left(), unit - source_at() % unit);
  }
};

// The file's data moves on by one step. No count: the source ends here now.
Task<FsError> move_step(Copy& call) {
  const u64 most =
      std::min({call.until_shareable(), u64{call.source->facts().max_io}, u64{call.target->facts().max_io}});
  ReadResult got = co_await call.source->read(call.from.who, call.from.file, call.source_at(),
                                              static_cast<u32>(most), IoCheck::open_elsewhere);
  if (got.error != FsError::ok || got.data.empty()) co_return got.error;
  WriteResult put =
      co_await call.target->write(call.to.who, call.to.file, call.target_at(), std::move(got.data),
                                  Stable::unstable, IoCheck::open_elsewhere);
  if (put.error != FsError::ok) co_return put.error;
  call.out.file.after = put.file.after;
  call.out.count += put.count;
  co_return FsError::ok;
}

Task<FsError> share_step(Copy& call, u64 bytes) {
  const CopyEnd from{call.from.who, call.from.file, call.source_at(), IoCheck::open_elsewhere};
  const CopyEnd to{call.to.who, call.to.file, call.target_at(), IoCheck::open_elsewhere};
  ChangeResult shared = co_await call.target->clone(from, to, bytes);
  if (shared.error != FsError::ok) co_return shared.error;
  call.out.file.after = shared.node.after;
  call.out.count += bytes;
  co_return FsError::ok;
}

Task<CopyResult> copy_later(FileSystem::Impl& impl, Copy call, Stable stable) {
  CopyResult& out = call.out;
  auto source = [&](MetadataView& view) { return call.look_at_source(view); };
  auto target = [&](MetadataView& view) { return call.look_at_target(view); };
  out.error = co_await call.source->metadata().read(source);
  if (out.error == FsError::ok) out.error = co_await impl.metadata.read(target);
  for (u64 moved = 0; out.error == FsError::ok && call.left() > 0 && moved < kMostBytes;) {
    const u64 before = out.count, sharing = call.shareable();
    Task<FsError> step = sharing > 0 ? share_step(call, sharing) : move_step(call);
    out.error = co_await step;
    if (out.count == before) break;
    if (sharing == 0) moved += out.count - before;
    co_await Yield();
  }
  Task<CopyResult> finishing = finish(impl, std::move(out), stable);
  co_return co_await finishing;
}

// Bytes [at, at + size) of the blocks.
BlockRef render(const BlockPattern& p, u64 at, u32 size) {
  BlockRef block = BlockRef::allocate(size);
  u8* to = block->data();
  std::memset(to, 0, size);
  auto place = [&](u64 where, const char* bytes, u64 n) {
    const u64 begin = std::max(where, at), end = std::min(where + n, at + size);
    if (begin < end) std::memcpy(to + (begin - at), bytes + (begin - where), end - begin);
  };
  for (u64 b = at / p.block_size; b * p.block_size < at + size; ++b) {
    const u64 base = b * p.block_size;
    place(base + p.pattern_at, p.pattern.data(), p.pattern.size());
    if (!p.number_at) continue;
    const u32 n = p.first_number + static_cast<u32>(b);
    const char number[4] = {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
                            static_cast<char>(n)};
    place(base + *p.number_at, number, sizeof number);
  }
  return block;
}

FsError check_blocks(const BlockPattern& p) {
  auto fits = [&](u64 at, u64 n) { return n <= p.block_size && at <= p.block_size - n; };
  if (p.block_size == 0 || !fits(p.pattern_at, p.pattern.size())) return FsError::invalid;
  if (p.number_at && !fits(*p.number_at, sizeof(u32))) return FsError::invalid;
  if (p.offset > kMaxFileSize || p.block_count > (kMaxFileSize - p.offset) / p.block_size)
    return FsError::file_too_large;
  return FsError::ok;
}

Task<CopyResult> write_same_later(FileSystem& fs, FileSystem::Impl& impl, const Credential& who, NodeRef file,
                                  const BlockPattern& blocks, Stable stable, IoCheck check) {
  CopyResult out;
  FsError wrong = check_blocks(blocks);
  const u64 total = wrong == FsError::ok ? std::min(blocks.block_size * blocks.block_count, kMostBytes) : 0;
  do {  // once with nothing to write: it may be refused all the same
    const u32 n = static_cast<u32>(std::min<u64>(total - out.count, fs.facts().max_io));
    SliceList data;
    if (n > 0) {
      BlockRef block = render(blocks, out.count, n);
      const u8* bytes = block->data();
      data.emplace_back(std::move(block), bytes, n);
    }
    WriteResult put =
        co_await fs.write(who, file, blocks.offset + out.count, std::move(data), Stable::unstable, check);
    out.error = put.error;
    if (!out.file.known) out.file = put.file;
    if (put.error != FsError::ok || n == 0) break;
    out.file.after = put.file.after;
    out.count += put.count;
    co_await Yield();
  } while (out.count < total);
  if (out.error == FsError::ok) out.error = wrong;
  Task<CopyResult> finishing = finish(impl, std::move(out), stable);
  co_return co_await finishing;
}

}  // namespace

Async<CopyResult> FileSystem::copy(FileSystem& source, const CopyEnd& from, const CopyEnd& to, u64 length,
                                   Stable stable) {
  return copy_later(*impl_, {&source, this, from, to, length, {}}, stable);
}

Async<CopyResult> FileSystem::write_same(const Credential& who, NodeRef file, const BlockPattern& blocks,
                                         Stable stable, IoCheck check) {
  return write_same_later(*this, *impl_, who, file, blocks, stable, check);
}

}  // namespace dfs::fs
