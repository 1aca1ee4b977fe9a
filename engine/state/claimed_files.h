#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "engine/base/function_ref.h"
#include "engine/fs/types.h"
#include "engine/state/claims.h"
#include "engine/state/lock_queue.h"

namespace dfs::fs {
class FileSystem;
}

namespace dfs::state {

struct FileKey {
  const fs::FileSystem* file_system = nullptr;
  fs::FileId id;
  bool operator==(const FileKey&) const = default;
};

struct FileKeyHash {
  size_t operator()(const FileKey& k) const {
    return std::hash<fs::FileId>()(k.id) ^ reinterpret_cast<size_t>(k.file_system) >> 4;
  }
};

class ClaimedFiles;

// One file that somebody has claims on. Everything of it is used under its mutex, which it shares with the
// files of its stripe.
class ClaimedFile {
 public:
  std::mutex& mutex() const { return mutex_; }
  const FileKey key;
  ClaimTable claims;
  LockQueue waiting;  // for byte ranges of others

 private:
  friend class ClaimedFiles;
  friend class FilePin;
  ClaimedFile(FileKey key, std::mutex& mutex) : key(key), mutex_(mutex) {}
  std::mutex& mutex_;
  u32 pins_ = 0;
};

// Keeps a file in the table: whoever has claims on it has one.
class FilePin {
 public:
  FilePin() = default;
  FilePin(FilePin&& o) noexcept : files_(o.files_), file_(std::exchange(o.file_, nullptr)) {}
  FilePin& operator=(FilePin&& o) noexcept {
    std::swap(files_, o.files_);
    std::swap(file_, o.file_);
    return *this;
  }
  ~FilePin();

  ClaimedFile* operator->() const { return file_; }
  ClaimedFile& operator*() const { return *file_; }
  explicit operator bool() const { return file_ != nullptr; }

 private:
  friend class ClaimedFiles;
  FilePin(ClaimedFiles& files, ClaimedFile& file) : files_(&files), file_(&file) {}
  ClaimedFiles* files_ = nullptr;
  ClaimedFile* file_ = nullptr;
};

// The way that a change of somebody has been cleared of grants stays clear until this is gone: see
// ClaimTable::begin_change(). Thread-safe; what the file's mutex protects is used under it.
class HeldWay {
 public:
  HeldWay() = default;
  HeldWay(FilePin file, const Owner& who);
  HeldWay(HeldWay&&) noexcept = default;
  HeldWay& operator=(HeldWay&& o) noexcept {
    std::swap(file_, o.file_);
    std::swap(who_, o.who_);
    return *this;
  }
  ~HeldWay();

 private:
  FilePin file_;
  Owner who_{};
};

// The files that anybody has claims on, of all file systems and for all protocols. Striped by file.
class ClaimedFiles {
 public:
  FilePin pin(const FileKey& key);
  // Judges an access to a file that perhaps nobody has claims on.
  Verdict judge(const FileKey& key, const Owner& who, const Access& access);
  // The file's claims, under its mutex; not called when nobody has any.
  void look(const FileKey& key, FunctionRef<void(ClaimedFile&)> visit);
  // Every file, each under its mutex.
  void each(FunctionRef<void(const ClaimedFile&)> visit);
  size_t size();

 private:
  friend class FilePin;
  using Hash = FileKeyHash;
  struct alignas(64) Stripe {
    std::mutex mutex;
    std::unordered_map<FileKey, std::unique_ptr<ClaimedFile>, Hash> files;  // changes under mutex
  };
  static constexpr size_t kStripes = 256;
  Stripe& stripe(const FileKey& k) { return stripes_[(Hash()(k) >> 16) % kStripes]; }
  void unpin(ClaimedFile& file);

  std::array<Stripe, kStripes> stripes_;
};

}  // namespace dfs::state
