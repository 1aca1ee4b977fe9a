#pragma once

#include <condition_variable>
#include <thread>

#include "engine/fs/content_store.h"
#include "engine/loop/workers.h"
#include "engine/stores/file/content_rows.h"
#include "engine/stores/file/file_state.h"

namespace dfs::stores {

struct FileContentOptions {
  bool housekeeping = true;                     // a thread that seals and deletes; tests call tidy() instead
  std::chrono::milliseconds seal_after{30000};  // a file not written for this long is sealed
  std::chrono::milliseconds housekeeping_period{1000};
  size_t open_files = 1024;  // files whose state and staging file are kept open
};

// File data in a folder. The map of a file's bytes is in the metadata store's rows, so data and attributes
// change in one transaction; the bytes are in files:
//
// - New bytes go to the file's staging file, in place, and become durable by sync(), which the metadata store
//   calls before it commits the rows that name them.
// - A file that is left alone is sealed: its chunks move to files named by their hash, which never change and
// are
//   shared by whatever has the same bytes; so a clone is a change of rows.
// - Whatever no durable row names any more is deleted, and not before.
//
// What may block runs on workers; bytes in the page cache are read on the calling thread.
class FileContent final : public fs::ContentStore {
 public:
  // The error is a sentence for the operator. metadata, workers: not owned. Blocks.
  static Result<std::unique_ptr<FileContent>, std::string> open(const std::string& folder,
                                                                fs::MetadataStore& metadata, Workers& workers,
                                                                FileContentOptions options);
  ~FileContent() override;

  const char* kind() const override { return "file"; }
  Async<fs::ContentRead> read(const fs::Inode& file, u64 offset, u32 length) override;
  Async<fs::ContentChange> write(const fs::Inode& file, u64 offset, SliceList& data) override;
  Async<fs::ContentChange> truncate(const fs::Inode& file, u64 new_size) override;
  Async<fs::ContentChange> deallocate(const fs::Inode& file, u64 offset, u64 length) override;
  Async<fs::ContentChange> clone(const fs::Inode& from, u64 from_offset, const fs::Inode& to, u64 to_offset,
                                 u64 length) override;
  u64 clone_unit() const override { return kFileChunk; }
  Async<Result<fs::Extent, fs::FsError>> extent(const fs::Inode& file, u64 offset) override;
  fs::FsError remove(fs::MetadataTxn& txn, const fs::Inode& file) override;
  fs::FsError sync() override;
  fs::FsStat statfs() const override;
  fs::FsError check(fs::MetadataView& view, bool deep, fs::FindingSink report) override;
  void crash() override;
  fs::FsError close() override;

  // Housekeeping now, on this thread: deletes what is due, and seals every file not written for `idle`.
  // Blocks.
  void tidy(std::chrono::milliseconds idle);

 private:
  struct Part;
  struct ReadPlan;
  struct WriteJob;
  class WriteEdit;
  class CutEdit;
  struct ClonedChunk;
  struct CloneJob;
  class CloneEdit;
  struct SealBatch;
  class Check;

  FileContent(std::unique_ptr<ContentFolder> folder, fs::MetadataStore& metadata, Workers& workers,
              FileContentOptions options);
  std::string claim_metadata();

  // Looks at a file's rows for the first time: their sum must be what the inode says is used.
  fs::FsError load(fs::MetadataView& view, FileState& state);

  Task<fs::ContentRead> read_later(const fs::Inode& file, u64 offset, u32 length);
  bool fetch_now(ReadPlan& plan);
  fs::FsError fetch(ReadPlan& plan);

  Task<fs::ContentChange> write_later(const fs::Inode& file, u64 offset, SliceList& data);
  fs::FsError put(WriteJob& job);

  Task<fs::ContentChange> clone_later(const fs::Inode& from, u64 from_offset, const fs::Inode& to,
                                      u64 to_offset, u64 length);
  fs::FsError prepare(CloneJob& job);
  fs::FsError clone_chunk(CloneJob& job, u64 index, u32 begin, u32 end);
  fs::FsError compose(CloneJob& job, ClonedChunk& chunk, u32 begin, u32 end);

  // Bytes [begin, end) of a file as the map has them, into `to`; data pieces only. Blocks.
  fs::FsError read_pieces(FileState& state, const ChunkMap& map, u32 begin, u32 end, u8* to);
  fs::FsError seal(const StateRef& state);  // under state->sealing
  void drop_staging(const StateRef& state, u64 generation);
  fs::FsError seal_batch(const StateRef& state, u64 generation, u64& next, bool& more);
  void free_slots(const StateRef& state, std::vector<u64> slots);
  void punch_freed();
  void delete_unused();
  void remove_unnamed(const ChunkHash& hash);
  void sweep_leftovers();
  void seal_idle(std::chrono::milliseconds idle);
  void keep_house();
  bool stopping_now();
  void stop();
  void poke();

  // fixed after construction
  std::unique_ptr<ContentFolder> folder_;
  fs::MetadataStore& metadata_;
  Workers& workers_;
  const FileContentOptions options_;
  fs::FileId first_id_{};  // no file that this run makes has a smaller id

  std::atomic<bool> crashed_{false};
  FileTable table_;
  // Held while a chunk file is made and named, or found unused and deleted. Never on a loop's thread.
  std::mutex chunks_mutex_;

  std::mutex house_mutex_;
  std::condition_variable house_wake_;
  bool stopping_ = false, poked_ = false;  // change under house_mutex_
  // Slots that no visible row names, but a durable one may. The state is kept with them: one that was made
  // anew from the rows would take them for unused.
  struct Freed {
    StateRef state;
    std::vector<u64> slots;
  };
  std::map<fs::FileId, Freed> freed_slots_;  // changes under house_mutex_
  std::thread house_;
};

}  // namespace dfs::stores
