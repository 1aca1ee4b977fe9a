#include "engine/stores/file/file_state.h"

namespace dfs::stores {

using fs::FileId;
using fs::FsError;

u64 FileState::take_slot() {
  if (free_slots.empty()) return next_slot++;
  u64 slot = free_slots.back();
  free_slots.pop_back();
  return slot;
}

void FileState::leave(u64 index) {
  auto it = assigned.find(index);
  if (--it->second.writers > 0) return;
  const Assigned& a = it->second;
  if (a.slot && a.fresh && !a.applied) free_slots.push_back(*a.slot);
  assigned.erase(it);
}

void FileState::note_unsynced(u64 slot, const ChunkMap& before, u32 begin, u32 end) {
  ChunkMap fresh;
  fresh.stage(begin, end);
  for (const ChunkMap::Piece& p : before.pieces)
    if (!p.sealed) fresh.cut(p.begin, p.end);
  for (const ChunkMap::Piece& p : fresh.pieces)
    unsynced.push_back({slot * kFileChunk + p.begin, p.end - p.begin});
}

Result<FdRef, FsError> FileState::open(ContentFolder& folder, bool make) {
  std::lock_guard lock(mutex);
  if (staging) return staging;
  auto opened = folder.open_staging(id, false);
  if (!opened && opened.error() == FsError::not_found && make) {
    opened = folder.open_staging(id, true);
    new_name = new_name || opened.has_value();
  }
  if (opened) staging = *opened;
  return opened;
}

StateRef FileTable::get(FileId id) {
  std::lock_guard lock(mutex_);
  auto it = by_id_.find(id);
  if (it != by_id_.end()) {
    recent_.splice(recent_.begin(), recent_, it->second);
    return *it->second;
  }
  recent_.push_front(std::make_shared<FileState>(id));
  by_id_[id] = recent_.begin();
  StateRef made = recent_.front();
  shrink();
  return made;
}

StateRef FileTable::find(FileId id) {
  std::lock_guard lock(mutex_);
  auto it = by_id_.find(id);
  return it == by_id_.end() ? StateRef() : *it->second;
}

void FileTable::forget(FileId id) {
  std::lock_guard lock(mutex_);
  auto it = by_id_.find(id);
  if (it == by_id_.end()) return;
  recent_.erase(it->second);
  by_id_.erase(it);
}

std::vector<StateRef> FileTable::all() {
  std::lock_guard lock(mutex_);
  return {recent_.begin(), recent_.end()};
}

// Lets the longest unused go that nobody holds: whoever works on a file, and the dirty list, hold its state.
void FileTable::shrink() {
  auto it = recent_.end();
  for (int looked = 0; by_id_.size() > limit_ && looked < 8 && it != recent_.begin(); ++looked) {
    --it;
    if (it->use_count() > 1) continue;
    by_id_.erase((*it)->id);
    it = recent_.erase(it);
  }
}

void FileTable::mark_dirty(const StateRef& state) {
  if (state->dirty) return;
  state->dirty = true;
  std::lock_guard lock(dirty_mutex_);
  dirty_.push_back(state);
}

std::vector<StateRef> FileTable::take_dirty() {
  std::lock_guard lock(dirty_mutex_);
  return std::exchange(dirty_, {});
}

}  // namespace dfs::stores
