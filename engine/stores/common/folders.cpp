#include "engine/stores/common/folders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace dfs::stores {

int sync_folder(const std::string& path) {
  int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno;
  int e = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  return e;
}

namespace {

std::string folder_above(const std::string& path) {
  size_t slash = path.rfind('/');
  return slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

int make_folders(const std::string& path) {
  const std::string above = folder_above(path);
  if (above != path && access(above.c_str(), F_OK) != 0)
    if (int e = make_folders(above); e != 0) return e;
  return make_folder(path);
}

int make_folder(const std::string& path) {
  bool made = mkdir(path.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return errno;
  int e = sync_folder(folder_above(path));
  // One that was there may be the work of a run that ended before its sync, or have been given to us in a
  // folder that we may not read.
  return made || e != EACCES ? e : 0;
}

}  // namespace dfs::stores
