#include "engine/stores/file/file_content.h"

namespace dfs::stores {

using fs::ContentChange;
using fs::ContentEdit;
using fs::FsError;
using fs::Inode;
using fs::MetadataTxn;
using fs::MetadataView;

// A write on its way to the staging file. While it lives, its chunks have a writer.
struct FileContent::WriteJob {
  struct Cell {
    u64 index;
    u32 begin, end;  // within the chunk
    u64 slot = 0;
    ChunkMap before;
  };
  StateRef state;
  u64 offset;
  SliceList data;
  std::vector<Cell> cells;

  WriteJob(StateRef s, u64 o, SliceList d) : state(std::move(s)), offset(o), data(std::move(d)) {
    u64 end = offset + total_size(data);
    for (u64 at = offset; at < end;) {
      u64 index = at / kFileChunk, stop = std::min(end, (index + 1) * kFileChunk);
      cells.push_back(
          {index, static_cast<u32>(at % kFileChunk), static_cast<u32>(stop - index * kFileChunk)});
      at = stop;
    }
    std::lock_guard lock(state->mutex);
    ++state->generation;
    state->last_write = std::chrono::steady_clock::now();
    state->to_seal = true;
    for (const Cell& c : cells) ++state->assigned[c.index].writers;
  }
  ~WriteJob() {
    if (!state) return;
    std::lock_guard lock(state->mutex);
    for (const Cell& c : cells) state->leave(c.index);
  }
  WriteJob(WriteJob&&) = default;

  FsError look(MetadataView& view) {
    for (Cell& c : cells) {
      auto map = rows::load(view, state->id, c.index);
      if (!map) return map.error();
      c.before = std::move(*map);
    }
    return FsError::ok;
  }

  // All writers of a chunk use one slot: the row's, or what the first of them takes.
  void agree_on_slots() {
    std::lock_guard lock(state->mutex);
    for (Cell& c : cells) {
      FileState::Assigned& a = state->assigned[c.index];
      if (!a.slot) {
        a.fresh = !c.before.slot;
        a.slot = c.before.slot ? *c.before.slot : state->take_slot();
      }
      c.slot = *a.slot;
    }
  }
};

// Names the written bytes in the rows.
class FileContent::WriteEdit final : public ContentEdit {
 public:
  WriteEdit(FileContent& store, WriteJob job) : store_(store), job_(std::move(job)) {}

  // The file is dirty from here on: the next sync(), which comes before the commit of these rows, covers it.
  FsError apply(MetadataTxn& txn, Inode& inode) override {
    FileState& state = *job_.state;
    for (const WriteJob::Cell& c : job_.cells) {
      auto before = rows::load(txn, state.id, c.index);
      if (!before) return before.error();
      ChunkMap after = *before;
      if (!after.slot) after.slot = c.slot;
      DFS_CHECK(*after.slot == c.slot);
      after.stage(c.begin, c.end);
      inode.space_used += after.space();
      inode.space_used -= before->space();
      note(c, *before);
      if (after == *before) continue;
      FsError e = rows::replace(txn, state.id, c.index, *before, std::move(after));
      if (e != FsError::ok) return e;
    }
    return FsError::ok;
  }

 private:
  void note(const WriteJob::Cell& c, const ChunkMap& before) {
    std::lock_guard lock(job_.state->mutex);
    job_.state->assigned[c.index].applied = true;
    job_.state->note_unsynced(c.slot, before, c.begin, c.end);
    store_.table_.mark_dirty(job_.state);
  }

  FileContent& store_;
  WriteJob job_;
};

Async<ContentChange> FileContent::write(const Inode& file, u64 offset, SliceList& data) {
  if (crashed_) return ContentChange{FsError::io, nullptr};
  return write_later(file, offset, data);
}

Task<ContentChange> FileContent::write_later(const Inode& file, u64 offset, SliceList& data) {
  WriteJob job(table_.get(file.id), offset, std::exchange(data, {}));
  auto look = [&](MetadataView& view) {
    FsError e = load(view, *job.state);
    return e == FsError::ok ? job.look(view) : e;
  };
  Async<FsError> looking = metadata_.read(look);
  FsError e = co_await looking;
  if (e != FsError::ok) co_return ContentChange{e, nullptr};
  job.agree_on_slots();
  Task<FsError> putting = workers_.run([this, &job] { return put(job); });
  e = co_await putting;
  job.data.clear();
  if (e != FsError::ok) co_return ContentChange{e, nullptr};
  co_return ContentChange{FsError::ok, std::make_unique<WriteEdit>(*this, std::move(job))};
}

// On a worker: the bytes into the staging file.
FsError FileContent::put(WriteJob& job) {
  auto fd = job.state->open(*folder_, true);
  if (!fd) return fd.error();
  auto slice = job.data.begin();
  u32 used = 0;  // of *slice
  FsError e = FsError::ok;
  for (const WriteJob::Cell& c : job.cells) {
    for (u32 at = c.begin; at < c.end && e == FsError::ok;) {
      if (used == slice->size()) {
        ++slice;
        used = 0;
        continue;
      }
      u32 n = std::min(c.end - at, slice->size() - used);
      e = write_all((*fd)->get(), c.slot * kFileChunk + at, slice->data() + used, n);
      at += n;
      used += n;
    }
  }
  return e;
}

FsError FileContent::sync() {
  constexpr size_t kManyFiles = 64;
  std::vector<StateRef> dirty = table_.take_dirty();
  if (crashed_) return FsError::io;
  std::vector<FdRef> files;
  std::map<u64, fs::FileId> names;  // one file a staging folder
  for (const StateRef& s : dirty) {
    std::lock_guard lock(s->mutex);
    s->dirty = false;
    s->unsynced.clear();
    if (s->staging) files.push_back(s->staging);
    s->new_name = false;
    if (!std::exchange(s->name_synced, true)) names.emplace(s->id.value & 0xff, s->id);
  }
  if (files.size() > kManyFiles) return folder_->sync_all();
  for (const FdRef& f : files)
    if (fdatasync(f->get()) != 0) return error_of(errno);
  for (auto& [dir, file] : names) {
    FsError e = folder_->sync_staging_name(file);
    if (e != FsError::ok) return e;
  }
  return names.empty() ? FsError::ok : folder_->sync_new_folders();
}

}  // namespace dfs::stores
