#include <fcntl.h>
#include <unistd.h>

#include "engine/base/log.h"
#include "engine/stores/file/file_content.h"

// What is done in the background: sealing what rests, deleting what no durable row names.
namespace dfs::stores {

using fs::FileId;
using fs::FsError;
using fs::MetadataTxn;
using fs::MetadataView;
using Table = MetadataView::Table;

// Some chunks of a file, read and named by their hash.
struct FileContent::SealBatch {
  struct Cell {
    u64 index;
    ChunkMap before, after;
  };
  static constexpr size_t kCells = 32;  // 8 MiB
  std::vector<Cell> cells;
  std::vector<ChunkHash> written;
};

// Moves all staged bytes of the file into chunk files. busy: somebody writes it.
FsError FileContent::seal(const StateRef& state) {
  u64 generation;
  {
    std::lock_guard lock(state->mutex);
    if (!state->assigned.empty()) return FsError::busy;
    generation = state->generation;
  }
  u64 next = 0;
  for (bool more = true; more;) {
    FsError e = seal_batch(state, generation, next, more);
    if (e != FsError::ok) return e;
  }
  std::lock_guard lock(state->mutex);
  if (state->generation != generation) return FsError::busy;
  state->to_seal = false;
  return FsError::ok;
}

FsError FileContent::seal_batch(const StateRef& state, u64 generation, u64& next, bool& more) {
  SealBatch batch;
  auto look = [&](MetadataView& view) {
    more = false;
    return rows::each(view, state->id, next, [&](u64 index, ChunkMap& map) {
      if (!map.staged()) return true;
      more = batch.cells.size() == SealBatch::kCells;
      if (more) return false;
      next = index + 1;
      batch.cells.push_back({index, std::move(map), {}});
      return true;
    });
  };
  FsError e = run_blocking(metadata_.read(look));
  if (e != FsError::ok || batch.cells.empty()) return e;

  std::lock_guard chunks(chunks_mutex_);
  for (SealBatch::Cell& c : batch.cells) {
    std::string bytes;
    for (const ChunkMap::Piece& p : c.before.pieces) {
      u32 at = static_cast<u32>(bytes.size());
      bytes.resize(at + (p.end - p.begin));
      e = read_pieces(*state, c.before, p.begin, p.end, reinterpret_cast<u8*>(bytes.data()) + at);
      if (e != FsError::ok) return e;
      if (at > 0 && c.after.pieces.back().end == p.begin)
        c.after.pieces.back().end = p.end;
      else
        c.after.pieces.push_back({p.begin, p.end, true, at});
    }
    c.after.hash = hash_bytes(bytes);
    e = folder_->write_chunk(*c.after.hash, bytes);
    if (e != FsError::ok) return e;
    batch.written.push_back(*c.after.hash);
  }
  auto rename = [&](MetadataTxn& txn) {
    {
      // A writer that comes after this look finds the sealed row and adds to it.
      std::lock_guard lock(state->mutex);
      if (state->generation != generation || !state->assigned.empty()) return FsError::busy;
    }
    for (const SealBatch::Cell& c : batch.cells) {
      auto now = rows::load(txn, state->id, c.index);
      if (!now) return now.error();
      if (!(*now == c.before)) return FsError::busy;
      FsError failed = rows::replace(txn, state->id, c.index, c.before, c.after);
      if (failed != FsError::ok) return failed;
    }
    return FsError::ok;
  };
  e = run_blocking(metadata_.update(rename));
  if (e != FsError::ok)
    for (const ChunkHash& hash : batch.written) remove_unnamed(hash);
  return e;
}

// Under chunks_mutex_, so nobody is about to name it. What a row names, or named until now, is left.
void FileContent::remove_unnamed(const ChunkHash& hash) {
  bool named = true;
  auto look = [&](MetadataView& view) {
    auto references = rows::references(view, hash);
    auto due = view.row(Table::content, rows::hash_key(rows::kUnused, hash));
    named = !references || *references > 0 || due || due.error() != FsError::not_found;
    return FsError::ok;
  };
  if (run_blocking(metadata_.read(look)) == FsError::ok && !named) folder_->remove_chunk(hash);
}

// What a crash left behind: files that were made, but whose rows never became durable. Ids from first_id_ on
// are being given out now; their turn comes at the next start.
void FileContent::sweep_leftovers() {
  folder_->each_chunk([&](const std::string& path, const std::optional<ChunkHash>& hash) {
    std::lock_guard chunks(chunks_mutex_);  // so that what is not finished now never will be
    if (hash)
      remove_unnamed(*hash);
    else
      unlink(path.c_str());
    return !stopping_now();
  });
  folder_->each_staging([&](FileId file) {
    bool gone = false;
    auto look = [&](MetadataView& view) {
      auto node = view.inode(file);
      auto due = view.row(Table::content, rows::doomed_key(file));
      gone = !node && node.error() == FsError::not_found && !due && due.error() == FsError::not_found;
      return FsError::ok;
    };
    if (file < first_id_ && run_blocking(metadata_.read(look)) == FsError::ok && gone)
      folder_->remove_staging(file);
    return !stopping_now();
  });
}

void FileContent::seal_idle(std::chrono::milliseconds idle) {
  auto now = std::chrono::steady_clock::now();
  for (const StateRef& state : table_.all()) {
    std::lock_guard rests(state->sealing);
    u64 generation;
    {
      std::lock_guard lock(state->mutex);
      if (!state->to_seal || now - state->last_write < idle) continue;
      generation = state->generation;
    }
    FsError e = seal(state);
    if (e == FsError::busy || e == FsError::stale) continue;
    if (e == FsError::ok) e = run_blocking(metadata_.wait_durable(metadata_.last_seq()));
    if (e != FsError::ok) {
      if (crashed_) return;
      log::warn("content store: file {} could not be sealed: {}", state->id.value, name(e));
      continue;
    }
    drop_staging(state, generation);
  }
}

// No durable row names the staging file now, unless it was written again; who still reads from it has it
// open.
void FileContent::drop_staging(const StateRef& state, u64 generation) {
  std::lock_guard lock(state->mutex);
  if (state->generation != generation || !state->assigned.empty()) return;
  if (folder_->remove_staging(state->id) != FsError::ok) return;
  state->staging.reset();
  state->new_name = state->name_synced = false;
  state->unsynced.clear();
  state->next_slot = 0;
  state->free_slots.clear();
  std::lock_guard house(house_mutex_);
  freed_slots_.erase(state->id);
}

// Gives the space of slots back whose rows are durably gone.
void FileContent::punch_freed() {
  std::map<FileId, Freed> freed;
  {
    std::lock_guard lock(house_mutex_);
    freed.swap(freed_slots_);
  }
  if (freed.empty() || run_blocking(metadata_.wait_durable(metadata_.last_seq())) != FsError::ok) return;
  for (auto& [file, given_up] : freed) {
    auto& [state, slots] = given_up;
    auto fd = state->open(*folder_, false);
    if (!fd) continue;  // the file is removed, or sealed
    for (u64 slot : slots)
      fallocate((*fd)->get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                static_cast<off_t>(slot * kFileChunk), static_cast<off_t>(kFileChunk));
    std::lock_guard lock(state->mutex);
    if (state->staging != *fd) continue;  // sealed meanwhile: its slots begin anew
    state->free_slots.insert(state->free_slots.end(), slots.begin(), slots.end());
  }
}

// Deletes the staging files of removed files and the chunk files without references: each is a row, made by
// the update that let go of it, so none is forgotten by a crash.
void FileContent::delete_unused() {
  constexpr size_t kBatch = 1000;
  std::lock_guard chunks(chunks_mutex_);
  for (bool more = true; more;) {
    std::vector<std::string> due;
    auto collect = [&](std::string_view key, std::string_view) {
      due.emplace_back(key);
      return due.size() < kBatch;
    };
    auto look = [&](MetadataView& view) {
      due.clear();
      FsError e = FsError::ok;
      for (char kind : {rows::kDoomed, rows::kUnused})
        if (e == FsError::ok && due.size() < kBatch)
          e = view.rows(Table::content, std::string(1, kind), {}, collect);
      return e;
    };
    if (run_blocking(metadata_.read(look)) != FsError::ok || due.empty()) return;
    more = due.size() == kBatch;
    if (run_blocking(metadata_.wait_durable(metadata_.last_seq())) != FsError::ok) return;
    for (const std::string& key : due) {
      FsError e = key[0] == rows::kDoomed ? folder_->remove_staging(rows::doomed_of(key))
                                          : folder_->remove_chunk(rows::hash_of(key));
      if (e != FsError::ok) log::warn("content store: an unused file could not be deleted: {}", name(e));
    }
    auto done = [&](MetadataTxn& txn) {
      for (const std::string& key : due) txn.erase_row(Table::content, key);
      return FsError::ok;
    };
    if (run_blocking(metadata_.update(done)) != FsError::ok) return;
  }
}

void FileContent::tidy(std::chrono::milliseconds idle) {
  sweep_leftovers();
  punch_freed();
  seal_idle(idle);
  delete_unused();
}

void FileContent::poke() {
  std::lock_guard lock(house_mutex_);
  poked_ = true;
  house_wake_.notify_one();
}

bool FileContent::stopping_now() {
  std::lock_guard lock(house_mutex_);
  return stopping_;
}

void FileContent::keep_house() {
  sweep_leftovers();
  std::unique_lock lock(house_mutex_);
  while (!stopping_) {
    // What is due gathers for a period, so that a burst of removals is one round.
    house_wake_.wait_for(lock, options_.housekeeping_period, [&] { return stopping_; });
    if (stopping_) break;
    bool poked = std::exchange(poked_, false);
    lock.unlock();
    if (poked) {
      punch_freed();
      delete_unused();
    }
    seal_idle(options_.seal_after);
    lock.lock();
  }
}

void FileContent::stop() {
  {
    std::lock_guard lock(house_mutex_);
    stopping_ = true;
    house_wake_.notify_one();
  }
  if (house_.joinable()) house_.join();
}

}  // namespace dfs::stores
