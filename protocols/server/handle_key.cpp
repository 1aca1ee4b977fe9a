#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "protocols/server/server.h"

namespace dfs::server {

std::string handle_key_file(const Config& config) { return config.data_dir + "/handle.key"; }

// The key that seals file handles. A durable store keeps it, so that handles survive a restart; a memory
// store's dies with it, and so do the handles.
std::string Server::open_key() {
  SipKey key;
  if (config_.store == "memory") {
    if (config_.seed != 0)
      random_.fill(key.data(), key.size());
    else
      secure_random_bytes(key.data(), key.size());
    sealer_ = std::make_unique<fs::HandleSealer>(key);
    return {};
  }
  const std::string file = handle_key_file(config_);
  int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    const bool whole = read(fd, key.data(), key.size()) == static_cast<ssize_t>(key.size());
    close(fd);
    if (!whole)
      return fmt::format(
          "{} is damaged: restore it from a backup, or remove it (clients must then mount again)", file);
    sealer_ = std::make_unique<fs::HandleSealer>(key);
    return {};
  }
  // Written under another name and renamed, so that a crash leaves a whole key or none.
  secure_random_bytes(key.data(), key.size());
  const std::string draft = file + ".new";
  fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      fd >= 0 && write(fd, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!written || rename(draft.c_str(), file.c_str()) != 0)
    return fmt::format("cannot write {}: {}", file, strerror(errno));
  if (const int folder = open(config_.data_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
    fsync(folder);
    close(folder);
  }
  sealer_ = std::make_unique<fs::HandleSealer>(key);
  return {};
}

}  // namespace dfs::server
