#include "engine/stores/file/file_content.h"

namespace dfs::stores {

using fs::ContentChange;
using fs::ContentEdit;
using fs::FileId;
using fs::FsError;
using fs::Inode;
using fs::MetadataTxn;
using Table = fs::MetadataView::Table;

// Makes [begin, end) a hole: rows only. The bytes go when the rows that named them are durably gone.
class FileContent::CutEdit final : public ContentEdit {
 public:
  CutEdit(FileContent& store, FileId file, u64 begin, u64 end)
      : store_(store), file_(file), begin_(begin), end_(end) {}

  FsError apply(MetadataTxn& txn, Inode& inode) override {
    if (begin_ >= end_) return FsError::ok;
    // Before any row lets go of a slot: whoever loads the state afterwards would give it out again.
    StateRef state = store_.table_.get(file_);
    FsError e = store_.load(txn, *state);
    if (e != FsError::ok) return e;
    std::vector<std::pair<u64, ChunkMap>> hit;
    e = rows::each(txn, file_, begin_ / kFileChunk, [&](u64 index, ChunkMap& map) {
      if (index * kFileChunk >= end_) return false;
      hit.emplace_back(index, std::move(map));
      return true;
    });
    std::vector<u64> freed;
    for (auto& [index, before] : hit) {
      if (e != FsError::ok) break;
      u64 base = index * kFileChunk;
      ChunkMap after = before;
      after.cut(begin_ > base ? static_cast<u32>(begin_ - base) : 0,
                static_cast<u32>(std::min(end_ - base, kFileChunk)));
      after.settle();
      inode.space_used -= before.space() - after.space();
      if (before.slot && !after.slot) freed.push_back(*before.slot);
      if (!(after == before)) e = rows::replace(txn, file_, index, before, std::move(after));
    }
    if (!freed.empty())
      txn.on_commit([&store = store_, state, freed = std::move(freed)]() mutable {
        store.free_slots(state, std::move(freed));
      });
    return e;
  }

 private:
  FileContent& store_;
  FileId file_;
  u64 begin_, end_;
};

Async<ContentChange> FileContent::truncate(const Inode& file, u64 new_size) {
  if (crashed_) return ContentChange{FsError::io, nullptr};
  return ContentChange{FsError::ok, std::make_unique<CutEdit>(*this, file.id, std::min(new_size, file.size),
                                                              fs::kMaxFileSize)};
}

Async<ContentChange> FileContent::deallocate(const Inode& file, u64 offset, u64 length) {
  if (crashed_) return ContentChange{FsError::io, nullptr};
  return ContentChange{FsError::ok, std::make_unique<CutEdit>(*this, file.id, offset, offset + length)};
}

FsError FileContent::remove(MetadataTxn& txn, const Inode& file) {
  std::vector<std::pair<u64, ChunkMap>> all;
  FsError e = rows::each(txn, file.id, 0, [&](u64 index, ChunkMap& map) {
    all.emplace_back(index, std::move(map));
    return true;
  });
  for (auto& [index, map] : all)
    if (e == FsError::ok) e = rows::replace(txn, file.id, index, map, {});
  if (e != FsError::ok) return e;
  // A file that has no rows and no state never had a staging file, or has lost it already.
  if (all.empty() && !table_.find(file.id)) return FsError::ok;
  txn.put_row(Table::content, rows::doomed_key(file.id), {});
  txn.on_commit([this, id = file.id] {
    table_.forget(id);
    poke();
  });
  return FsError::ok;
}

void FileContent::free_slots(const StateRef& state, std::vector<u64> slots) {
  std::lock_guard lock(house_mutex_);
  Freed& freed = freed_slots_[state->id];
  freed.state = state;
  freed.slots.insert(freed.slots.end(), slots.begin(), slots.end());
  poked_ = true;
  house_wake_.notify_one();
}

}  // namespace dfs::stores
