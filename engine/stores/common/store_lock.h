#pragma once

#include <string>

#include "engine/base/result.h"

namespace dfs::stores {

// Keeps a folder for one process: an exclusive flock() on its file LOCK, which ends with the process however
// it ends.
class StoreLock {
 public:
  // Makes the folder when it is missing. The error is a sentence for the operator.
  static Result<StoreLock, std::string> take(const std::string& folder);
  StoreLock() = default;
  StoreLock(StoreLock&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  StoreLock& operator=(StoreLock&& o) noexcept {
    std::swap(fd_, o.fd_);
    return *this;
  }
  ~StoreLock();

 private:
  explicit StoreLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace dfs::stores
