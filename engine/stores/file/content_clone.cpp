#include "engine/stores/file/content_plan.h"

namespace dfs::stores {

using fs::ContentChange;
using fs::ContentEdit;
using fs::FsError;
using fs::Inode;
using fs::MetadataTxn;
using fs::MetadataView;

// One chunk of the target, as it was and as it will be.
struct FileContent::ClonedChunk {
  u64 index;
  ChunkMap before, after;
};

// A clone being prepared. While it lives, the target's chunks have a writer, so that nobody seals them.
struct FileContent::CloneJob {
  StateRef from, to;
  u64 from_offset, to_offset, length;
  std::vector<ClonedChunk> chunks;

  CloneJob(StateRef f, u64 fo, StateRef t, u64 to_off, u64 n)
      : from(std::move(f)), to(std::move(t)), from_offset(fo), to_offset(to_off), length(n) {}
  CloneJob(CloneJob&&) = default;
  ~CloneJob() {
    if (!to || !entered) return;
    std::lock_guard lock(to->mutex);
    for (u64 i = first(); i <= last(); ++i) to->leave(i);
  }

  u64 first() const { return to_offset / kFileChunk; }
  u64 last() const { return (to_offset + length - 1) / kFileChunk; }
  void enter() {
    std::lock_guard lock(to->mutex);
    ++to->generation;
    to->last_write = std::chrono::steady_clock::now();
    to->to_seal = true;
    for (u64 i = first(); i <= last(); ++i) ++to->assigned[i].writers;
    entered = true;
  }

 private:
  bool entered = false;
};

class FileContent::CloneEdit final : public ContentEdit {
 public:
  CloneEdit(FileContent& store, CloneJob job) : store_(store), job_(std::move(job)) {}

  FsError apply(MetadataTxn& txn, Inode& inode) override {
    std::vector<u64> freed;
    for (const ClonedChunk& c : job_.chunks) {
      auto before = rows::load(txn, job_.to->id, c.index);
      if (!before) return before.error();
      if (!(*before == c.before)) return FsError::busy;
      if (c.after.hash && c.after.hash != before->hash) {
        auto references = rows::references(txn, *c.after.hash);
        if (!references) return references.error();
        if (*references == 0) return FsError::stale;  // the source was removed meanwhile
      }
      inode.space_used += c.after.space();
      inode.space_used -= before->space();
      if (before->slot && before->slot != c.after.slot) freed.push_back(*before->slot);
      note(c);
      FsError e = rows::replace(txn, job_.to->id, c.index, *before, c.after);
      if (e != FsError::ok) return e;
    }
    if (!freed.empty())
      txn.on_commit(
          [this, freed = std::move(freed)]() mutable { store_.free_slots(job_.to, std::move(freed)); });
    return FsError::ok;
  }

 private:
  void note(const ClonedChunk& c) {
    if (!c.after.slot || c.after.slot == c.before.slot) return;
    std::lock_guard lock(job_.to->mutex);
    job_.to->assigned[c.index].applied = true;
    for (const ChunkMap::Piece& p : c.after.pieces)
      if (!p.sealed) job_.to->note_unsynced(*c.after.slot, {}, p.begin, p.end);
    store_.table_.mark_dirty(job_.to);
  }

  FileContent& store_;
  CloneJob job_;
};

Async<ContentChange> FileContent::clone(const Inode& from, u64 from_offset, const Inode& to, u64 to_offset,
                                        u64 length) {
  if (crashed_) return ContentChange{FsError::io, nullptr};
  if (length == 0) return ContentChange{};
  return clone_later(from, from_offset, to, to_offset, length);
}

Task<ContentChange> FileContent::clone_later(const Inode& from, u64 from_offset, const Inode& to,
                                             u64 to_offset, u64 length) {
  CloneJob job(table_.get(from.id), from_offset, table_.get(to.id), to_offset, length);
  Task<FsError> preparing = workers_.run([this, &job] { return prepare(job); });
  FsError e = co_await preparing;
  if (e != FsError::ok) co_return ContentChange{e, nullptr};
  co_return ContentChange{FsError::ok, std::make_unique<CloneEdit>(*this, std::move(job))};
}

// On a worker: everything but the rows.
FsError FileContent::prepare(CloneJob& job) {
  std::unique_lock from_rests(job.from->sealing, std::defer_lock), to_rests(job.to->sealing, std::defer_lock);
  if (job.from == job.to)
    from_rests.lock();
  else
    std::lock(from_rests, to_rests);
  auto look = [&](MetadataView& view) {
    FsError e = load(view, *job.from);
    return e == FsError::ok ? load(view, *job.to) : e;
  };
  FsError e = run_blocking(metadata_.read(look));
  if (e != FsError::ok) return e;
  e = seal(job.from);
  if (e == FsError::busy) e = FsError::ok;  // it is being written: its bytes are copied
  if (e != FsError::ok) return e;
  job.enter();
  u64 end = job.to_offset + job.length;
  for (u64 i = job.first(); i <= job.last() && e == FsError::ok; ++i) {
    u64 base = i * kFileChunk;
    u32 from = job.to_offset > base ? static_cast<u32>(job.to_offset - base) : 0;
    e = clone_chunk(job, i, from, static_cast<u32>(std::min(end - base, kFileChunk)));
  }
  return e;
}

// Bytes [begin, end) of the target's chunk: shared when they are one sealed chunk's of the source, else
// copied.
FsError FileContent::clone_chunk(CloneJob& job, u64 index, u32 begin, u32 end) {
  ClonedChunk chunk{index, {}, {}};
  ChunkMap source;
  u64 source_at = job.from_offset + (index * kFileChunk + begin - job.to_offset);
  bool aligned = source_at % kFileChunk == begin;
  auto look = [&](MetadataView& view) {
    auto before = rows::load(view, job.to->id, index);
    if (!before) return before.error();
    chunk.before = std::move(*before);
    if (!aligned) return FsError::ok;
    auto found = rows::load(view, job.from->id, source_at / kFileChunk);
    if (!found) return found.error();
    source = std::move(*found);
    return FsError::ok;
  };
  FsError e = run_blocking(metadata_.read(look));
  if (e != FsError::ok) return e;
  chunk.after = chunk.before;
  chunk.after.cut(begin, end);
  source.cut(0, begin);
  source.cut(end, kFileChunk);
  bool share = aligned && !source.staged() && (!chunk.after.sealed() || chunk.after.hash == source.hash);
  if (share && !source.pieces.empty()) {
    auto at = std::find_if(chunk.after.pieces.begin(), chunk.after.pieces.end(),
                           [&](const ChunkMap::Piece& p) { return p.begin >= end; });
    chunk.after.pieces.insert(at, source.pieces.begin(), source.pieces.end());
    chunk.after.hash = source.hash;
  }
  if (!share) e = compose(job, chunk, begin, end);
  chunk.after.settle();
  if (e == FsError::ok) job.chunks.push_back(std::move(chunk));
  return e;
}

// The whole chunk into a slot of its own: what stays of the target, and the source's bytes, copied.
FsError FileContent::compose(CloneJob& job, ClonedChunk& chunk, u32 begin, u32 end) {
  std::string bytes(kFileChunk, '\0');
  u8* to = reinterpret_cast<u8*>(bytes.data());
  ChunkMap result;
  for (const ChunkMap::Piece& p : chunk.after.pieces) result.stage(p.begin, p.end);
  FsError e = read_pieces(*job.to, chunk.after, 0, kFileChunk, to);

  u64 source_at = job.from_offset + (chunk.index * kFileChunk + begin - job.to_offset);
  for (u32 at = begin; at < end && e == FsError::ok;) {
    u64 from = source_at + (at - begin), index = from / kFileChunk;
    u32 first = static_cast<u32>(from % kFileChunk);
    u32 n = static_cast<u32>(std::min<u64>(end - at, kFileChunk - first));
    ChunkMap map;
    auto look = [&](MetadataView& view) {
      auto found = rows::load(view, job.from->id, index);
      if (!found) return found.error();
      map = std::move(*found);
      return FsError::ok;
    };
    e = run_blocking(metadata_.read(look));
    if (e == FsError::ok) e = read_pieces(*job.from, map, first, first + n, to + at);
    for (const ChunkMap::Piece& p : map.pieces) {
      u32 b = std::max(p.begin, first), stop = std::min(p.end, first + n);
      if (b < stop) result.stage(at + (b - first), at + (stop - first));
    }
    at += n;
  }
  if (e != FsError::ok || result.pieces.empty()) {
    chunk.after = {};
    return e;
  }
  auto fd = job.to->open(*folder_, true);
  if (!fd) return fd.error();
  {
    std::lock_guard lock(job.to->mutex);
    FileState::Assigned& a = job.to->assigned[chunk.index];
    a.fresh = true;
    a.slot = result.slot = job.to->take_slot();
  }
  for (const ChunkMap::Piece& p : result.pieces)
    if (e == FsError::ok)
      e = write_all((*fd)->get(), *result.slot * kFileChunk + p.begin, to + p.begin, p.end - p.begin);
  chunk.after = std::move(result);
  return e;
}

FsError FileContent::read_pieces(FileState& state, const ChunkMap& map, u32 begin, u32 end, u8* to) {
  for (const ChunkMap::Piece& p : map.pieces) {
    u32 from = std::max(begin, p.begin), stop = std::min(end, p.end);
    if (from >= stop) continue;
    auto fd = p.sealed ? folder_->open_chunk(*map.hash) : state.open(*folder_, false);
    if (!fd) return fd.error() == FsError::not_found ? FsError::corrupt : fd.error();
    u64 at = p.sealed ? p.at + (from - p.begin) : *map.slot * kFileChunk + from;
    FsError e = read_all((*fd)->get(), at, to + (from - begin), stop - from);
    if (e != FsError::ok) return e;
  }
  return FsError::ok;
}

}  // namespace dfs::stores
