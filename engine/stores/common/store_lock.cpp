#include "engine/stores/common/store_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/stores/common/folders.h"

namespace dfs::stores {

Result<StoreLock, std::string> StoreLock::take(const std::string& folder) {
  if (int e = make_folder(folder); e != 0)
    return failure(fmt::format("cannot make the folder {}: {}", folder, std::strerror(e)));
  std::string path = folder + "/LOCK";
  int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return failure(fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  StoreLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char owner[32] = {};
    ssize_t n = pread(fd, owner, sizeof owner - 1, 0);
    std::string who =
        n > 0 ? fmt::format("process {}", std::string(owner, static_cast<size_t>(n))) : "a process";
    return failure(fmt::format("the store {} is in use by {}", folder, who));
  }
  // Only a hint for the message above: the lock is the flock.
  std::string pid = std::to_string(getpid());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0)
    return failure(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  return lock;
}

StoreLock::~StoreLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace dfs::stores
