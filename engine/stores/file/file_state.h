#pragma once

#include <chrono>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>

#include "engine/stores/file/content_folder.h"

namespace dfs::stores {

// What a running store remembers of one file's data beside its rows.
struct FileState {
  using Time = std::chrono::steady_clock::time_point;
  // A chunk that writers are at. They agree here on its slot, until the row says it.
  struct Assigned {
    std::optional<u64> slot;
    u32 writers = 0;
    bool fresh = false;    // taken for these writers; no row named it before
    bool applied = false;  // a row names it now
  };
  struct Range {
    u64 offset, length;
  };

  explicit FileState(fs::FileId id) : id(id) {}
  const fs::FileId id;

  // Held by who seals the file or copies from it, for as long as that takes: its bytes do not move meanwhile.
  // Taken before every other lock, never on a loop's thread; of two files, by std::lock.
  std::mutex sealing;

  std::mutex mutex;
  // all below change under mutex
  FdRef staging;        // null: not open
  bool loaded = false;  // the rows were added up and agree with the inode; next_slot is known
  u64 next_slot = 0;    // slots from here on were never used
  std::vector<u64> free_slots;
  std::map<u64, Assigned> assigned;  // by chunk index
  u64 generation = 0;                // goes up with every write: a sealer sees that it was disturbed
  Time last_write{};
  bool to_seal = false;         // was written since it was last sealed
  bool dirty = false;           // in the table's dirty list
  bool new_name = false;        // the staging file was made since the last sync
  bool name_synced = false;     // its name is durable
  std::vector<Range> unsynced;  // of the staging file: bytes no sync has covered and no durable row names

  // Both under mutex. A slot that holds no bytes any row names.
  u64 take_slot();
  void leave(u64 index);  // one writer less at this chunk
  // [begin, end) of the slot was written where `before` had no staged bytes.
  void note_unsynced(u64 slot, const ChunkMap& before, u32 begin, u32 end);

  // Opens the staging file, making it if need be. Not under mutex.
  Result<FdRef, fs::FsError> open(ContentFolder& folder, bool make);
};
using StateRef = std::shared_ptr<FileState>;

// The states of the files in use, at most `limit` of those nobody needs. Thread-safe.
class FileTable {
 public:
  explicit FileTable(size_t limit) : limit_(limit) {}
  StateRef get(fs::FileId id);
  StateRef find(fs::FileId id);  // null: none
  void forget(fs::FileId id);
  std::vector<StateRef> all();

  // The files written since take_dirty() was last called.
  void mark_dirty(const StateRef& state);  // under state->mutex
  std::vector<StateRef> take_dirty();

 private:
  using Recent = std::list<StateRef>;
  void shrink();

  const size_t limit_;
  std::mutex mutex_;
  Recent recent_;                                           // changes under mutex_; last used first
  std::unordered_map<fs::FileId, Recent::iterator> by_id_;  // changes under mutex_
  std::mutex dirty_mutex_;
  std::vector<StateRef> dirty_;  // changes under dirty_mutex_
};

}  // namespace dfs::stores
