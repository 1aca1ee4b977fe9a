#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "engine/base/function_ref.h"
#include "engine/base/slice.h"
#include "engine/fs/types.h"
#include "engine/stores/common/store_lock.h"
#include "engine/stores/file/chunk_map.h"

namespace dfs::stores {

// An open file descriptor; shared by whoever still reads through it.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd();
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};
using FdRef = std::shared_ptr<Fd>;

// errno as the store's callers see it.
fs::FsError error_of(int errno_value);

// The folder of a content store: LOCK, FORMAT, staging/xx/<file id>, chunks/xx/<hash>.
class ContentFolder {
 public:
  // Opens or makes it. `id` is the id in FORMAT, drawn when it is made. The error is a sentence.
  static Result<std::unique_ptr<ContentFolder>, std::string> open(const std::string& path);

  const std::string& id() const { return id_; }
  const std::string& path() const { return path_; }

  // A file's staging file. error not_found when it is not there and not to be made.
  Result<FdRef, fs::FsError> open_staging(fs::FileId file, bool make);
  fs::FsError remove_staging(fs::FileId file);
  // Makes a new staging file's name durable in its folder, and the names of new folders.
  fs::FsError sync_staging_name(fs::FileId file);
  fs::FsError sync_new_folders();

  // A chunk file, from a small cache of open ones. The first time in a run all of it is read: corrupt when it
  // has other bytes than its name says.
  Result<FdRef, fs::FsError> open_chunk(const ChunkHash& hash);
  Result<FdRef, fs::FsError> open_unread_chunk(const ChunkHash& hash);  // not even the cache is asked
  FdRef cached_chunk(const ChunkHash& hash);                            // null: not open
  // Stores the bytes durably under their hash, unless they are there.
  fs::FsError write_chunk(const ChunkHash& hash, const std::string& bytes);
  fs::FsError remove_chunk(const ChunkHash& hash);

  // Every file of a part of the folder, until visit returns false. A chunk file that was not finished has no
  // hash.
  void each_chunk(FunctionRef<bool(const std::string& path, const std::optional<ChunkHash>&)> visit);
  void each_staging(FunctionRef<bool(fs::FileId)> visit);

  // Flushes all of the file system the folder is on.
  fs::FsError sync_all();
  void statfs(fs::FsStat& out) const;

 private:
  ContentFolder(StoreLock lock, std::string path) : lock_(std::move(lock)), path_(std::move(path)) {}
  std::string load_format();
  std::string make();
  void each_file(const char* part, FunctionRef<bool(const std::string& dir, const std::string& file)> visit);
  // Opens or makes a file that may be the first in its folder.
  int open_making_dir(const std::string& dir, const std::string& name, int flags);
  std::string staging_dir(fs::FileId file) const;
  std::string chunk_dir(const ChunkHash& hash) const;

  bool is_sound(const ChunkHash& hash, int fd);

  static constexpr size_t kOpenChunks = 256;
  static constexpr size_t kReadChunks = 65536;  // remembered; about 64 bytes each

  // fixed after construction
  StoreLock lock_;
  std::string path_, id_;

  std::mutex folders_mutex_;
  bool new_folders_ = false;  // changes under folders_mutex_; some folder's own name may not be durable

  std::mutex chunks_mutex_;
  std::list<std::pair<ChunkHash, FdRef>> recent_;  // changes under chunks_mutex_; last used first
  struct HashHash {
    size_t operator()(const ChunkHash& h) const {
      size_t v;
      std::memcpy(&v, h.data(), sizeof v);
      return v;
    }
  };
  std::unordered_map<ChunkHash, decltype(recent_)::iterator, HashHash> open_chunks_;  // under chunks_mutex_
  std::unordered_map<ChunkHash, bool, HashHash> read_chunks_;  // under chunks_mutex_; whether it is sound
};

// Whole transfers; ok or what stopped them. A read that meets the end of the file is corrupt: the map says
// that there is more.
fs::FsError read_all(int fd, u64 offset, u8* to, size_t n);
fs::FsError write_all(int fd, u64 offset, const u8* from, size_t n);
ChunkHash hash_bytes(std::string_view bytes);

}  // namespace dfs::stores
