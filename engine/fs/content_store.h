#pragma once

#include <memory>

#include "engine/fs/metadata_store.h"

namespace dfs::fs {

// What a change of a file's data means for the metadata that names it: applied inside the update that also
// changes size and times, so both become visible and durable together.
class ContentEdit {
 public:
  virtual ~ContentEdit() = default;  // unapplied: the change is given up
  // Writes the content store's own rows (Table::content). Returns the file's new space_used through the
  // inode.
  virtual FsError apply(MetadataTxn& txn, Inode& inode) = 0;
};
using ContentEditPtr = std::unique_ptr<ContentEdit>;  // null: nothing to record

struct ContentRead {
  FsError error = FsError::ok;
  SliceList data;  // exactly the bytes asked for; holes are slices of a shared zero page
};
struct ContentChange {
  FsError error = FsError::ok;
  ContentEditPtr edit;
};
// What is wrong with a store.
struct Finding {
  enum class Severity : u8 {
    damage,    // something that was stored is lost, or two places disagree
    leftover,  // something nobody needs takes space
  };
  Severity severity;
  FileId object;          // 0: none in particular
  std::string text;       // a sentence
  std::string path = {};  // one of the object's, from the root; empty: it has none. check() fills it in.
};
using FindingSink = FunctionRef<void(Finding)>;

struct Extent {
  u64 offset, length;
  bool data;  // false: a hole
};

// The bytes of regular files. Calls name a file by id; [offset, offset + length) never exceeds kMaxFileSize.
// A range never written is a hole and reads as zeros; a range that was written and cannot be found is
// FsError::corrupt, never zeros.
//
// The file system lets reads and writes of one file overlap in time, but nothing overlaps a truncate, a
// deallocate or a clone into it, from the call until its edit is applied. Reads race with removal: a file
// that was removed after the caller looked at it is FsError::stale. As with MetadataStore, an Async that is
// not ready has not begun, may be dropped, and needs its reference arguments until it resolves.
class ContentStore {
 public:
  virtual ~ContentStore() = default;
  virtual const char* kind() const = 0;

  // The caller has clamped length to the file's size.
  virtual Async<ContentRead> read(const Inode& file, u64 offset, u32 length) = 0;
  // Takes the slices (it may keep them instead of copying) once it has begun. The bytes may be visible to
  // read() at once, before the edit is applied.
  virtual Async<ContentChange> write(const Inode& file, u64 offset, SliceList& data) = 0;

  // These three change nothing before their edit is applied.
  // Forgets everything at and after min(new_size, file.size): growing leaves a hole whatever was there.
  virtual Async<ContentChange> truncate(const Inode& file, u64 new_size) = 0;
  // Turns the range into a hole.
  virtual Async<ContentChange> deallocate(const Inode& file, u64 offset, u64 length) = 0;
  // Makes the range of `to` share the bytes of `from`, without reading them.
  virtual Async<ContentChange> clone(const Inode& from, u64 from_offset, const Inode& to, u64 to_offset,
                                     u64 length) = 0;
  // Ranges of which all ends are multiples of this can be shared, and not only copied.
  virtual u64 clone_unit() const { return 4096; }
  // The extent that contains offset, clipped to the file's size.
  virtual Async<Result<Extent, FsError>> extent(const Inode& file, u64 offset) = 0;
  // The file is gone: its data may be freed once the update has committed. Called inside the update that
  // erases the inode, or that finds it erased after a write of it had begun.
  virtual FsError remove(MetadataTxn& txn, const Inode& file) = 0;
  // Makes everything written so far durable; the metadata store's commit barrier.
  virtual FsError sync() = 0;
  virtual FsStat statfs() const = 0;  // bytes only
  // Compares what is stored with the metadata of a store nobody uses, and reports every difference. deep:
  // reads all data as well. An error is what ended the check early.
  virtual FsError check(MetadataView&, bool /*deep*/, FindingSink) { return FsError::ok; }
  // Forgets what is not durable and refuses every further call with FsError::io.
  virtual void crash() = 0;
  // Makes everything durable and ends background work. Comes before the metadata store's close(), whose last
  // commit may still call sync().
  virtual FsError close() = 0;
};

}  // namespace dfs::fs
