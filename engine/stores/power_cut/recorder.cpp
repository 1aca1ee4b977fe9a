#include "engine/stores/power_cut/recorder.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdarg>
#include <map>
#include <mutex>

#include "engine/base/check.h"

namespace dfs::power_cut {
namespace {

// The C library's own function behind ours.
template <class F>
F* original(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  DFS_CHECK(found != nullptr);
  return reinterpret_cast<F*>(found);
}
#define ORIGINAL(name) static auto* const real = original<decltype(::name)>(#name)

// What is known of the recorded folder; one at a time in the process.
struct Log {
  struct Open {
    u64 file;
    bool through;
  };
  std::recursive_mutex mutex;  // held over each call, so that the log has the order of the calls
  std::string top;             // empty: nothing is recorded
  std::vector<Op> ops;
  std::map<std::string, u64> numbers;  // of paths below top
  std::map<int, Open> open;            // descriptors
  u64 next = kTopFolder + 1;

  static Log& the() {
    static Log& log = *new Log;  // never destroyed: files are closed until the very end of the process
    return log;
  }
  bool covers(const std::string& path) const { return !top.empty() && path.starts_with(top + "/"); }
  u64 number(const std::string& path) const {
    auto it = numbers.find(path);
    return it == numbers.end() ? 0 : it->second;
  }
  static std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
  static std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

  void appeared(Op::Kind kind, const std::string& path) {
    numbers[path] = next;
    ops.push_back({.kind = kind, .file = next++, .folder = number(folder_of(path)), .name = name_of(path)});
  }
  void opened(int fd, const std::string& path, bool existed, int flags) {
    if (!existed) appeared(Op::make_file, path);
    if (u64 file = number(path)) open[fd] = {file, (flags & (O_DSYNC | O_SYNC)) != 0};
    if (existed && (flags & O_TRUNC) && number(path))
      ops.push_back({.kind = Op::resize, .file = number(path)});
  }
  void wrote(int fd, u64 offset, const void* bytes, ssize_t n) {
    auto it = open.find(fd);
    if (it == open.end() || n <= 0) return;
    ops.push_back({.kind = Op::write,
                   .file = it->second.file,
                   .bytes = std::string(static_cast<const char*>(bytes), static_cast<size_t>(n)),
                   .offset = offset,
                   .through = it->second.through});
  }
  void did(Op::Kind kind, int fd, u64 offset = 0, u64 length = 0) {
    auto it = open.find(fd);
    if (it != open.end())
      ops.push_back({.kind = kind, .file = it->second.file, .offset = offset, .length = length});
  }
};

using Lock = std::lock_guard<std::recursive_mutex>;

int open_recorded(const char* path, int flags, mode_t mode, int (*real)(const char*, int, ...)) {
  Log& log = Log::the();
  Lock lock(log.mutex);
  bool covered = log.covers(path) || path == log.top;
  bool existed = covered && access(path, F_OK) == 0;
  int fd = real(path, flags, mode);
  if (covered && fd >= 0) log.opened(fd, path, existed, flags);
  return fd;
}

}  // namespace

Recorder::Recorder(const std::string& folder) {
  Log& log = Log::the();
  Lock lock(log.mutex);
  DFS_CHECK(log.top.empty());
  log.top = folder;
  log.ops.clear();
  log.numbers = {{folder, kTopFolder}};
  log.open.clear();
  log.next = kTopFolder + 1;
}

Recorder::~Recorder() {
  Log& log = Log::the();
  Lock lock(log.mutex);
  log.top.clear();
  log.open.clear();
}

void Recorder::mark(u64 promise) {
  Log& log = Log::the();
  Lock lock(log.mutex);
  log.ops.push_back({.kind = Op::mark, .offset = promise});
}

std::vector<Op> Recorder::take() {
  Log& log = Log::the();
  Lock lock(log.mutex);
  return log.ops;
}

}  // namespace dfs::power_cut

using dfs::u64;
using dfs::power_cut::Lock;
using dfs::power_cut::Log;
using dfs::power_cut::Op;
using dfs::power_cut::open_recorded;
using dfs::power_cut::original;

extern "C" {

int open(const char* path, int flags, ...) {
  ORIGINAL(open);
  va_list more;
  va_start(more, flags);
  mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
  va_end(more);
  return open_recorded(path, flags, mode, real);
}

int close(int fd) {
  ORIGINAL(close);
  Log& log = Log::the();
  Lock lock(log.mutex);
  log.open.erase(fd);
  return real(fd);
}

ssize_t pwrite(int fd, const void* bytes, size_t n, off_t offset) {
  ORIGINAL(pwrite);
  Log& log = Log::the();
  Lock lock(log.mutex);
  ssize_t done = real(fd, bytes, n, offset);
  log.wrote(fd, static_cast<u64>(offset), bytes, done);
  return done;
}

ssize_t write(int fd, const void* bytes, size_t n) {
  ORIGINAL(write);
  Log& log = Log::the();
  Lock lock(log.mutex);
  auto at = log.open.contains(fd) ? static_cast<u64>(lseek(fd, 0, SEEK_CUR)) : 0;
  ssize_t done = real(fd, bytes, n);
  log.wrote(fd, at, bytes, done);
  return done;
}

ssize_t writev(int fd, const iovec* parts, int count) {
  ORIGINAL(writev);
  Log& log = Log::the();
  Lock lock(log.mutex);
  auto at = log.open.contains(fd) ? static_cast<u64>(lseek(fd, 0, SEEK_CUR)) : 0;
  ssize_t done = real(fd, parts, count), left = done;
  for (int i = 0; i < count && left > 0; ++i) {
    ssize_t n = std::min(left, static_cast<ssize_t>(parts[i].iov_len));
    log.wrote(fd, at, parts[i].iov_base, n);
    at += static_cast<u64>(n);
    left -= n;
  }
  return done;
}

int ftruncate(int fd, off_t size) noexcept {
  ORIGINAL(ftruncate);
  Log& log = Log::the();
  Lock lock(log.mutex);
  int done = real(fd, size);
  if (done == 0) log.did(Op::resize, fd, static_cast<u64>(size));
  return done;
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
  ORIGINAL(fallocate);
  Log& log = Log::the();
  Lock lock(log.mutex);
  int done = real(fd, mode, offset, length);
  if (done == 0 && (mode & FALLOC_FL_PUNCH_HOLE))
    log.did(Op::punch, fd, static_cast<u64>(offset), static_cast<u64>(length));
  return done;
}

int fsync(int fd) {
  ORIGINAL(fsync);
  Log& log = Log::the();
  Lock lock(log.mutex);
  int done = real(fd);
  if (done == 0) log.did(Op::sync, fd);
  return done;
}

int fdatasync(int fd) {
  ORIGINAL(fdatasync);
  Log& log = Log::the();
  Lock lock(log.mutex);
  int done = real(fd);
  if (done == 0) log.did(Op::sync, fd);
  return done;
}

int syncfs(int fd) noexcept {
  ORIGINAL(syncfs);
  Log& log = Log::the();
  Lock lock(log.mutex);
  int done = real(fd);
  if (done == 0) log.did(Op::sync_all, fd);
  return done;
}

int mkdir(const char* path, mode_t mode) noexcept {
  ORIGINAL(mkdir);
  Log& log = Log::the();
  Lock lock(log.mutex);
  int done = real(path, mode);
  if (done == 0 && log.covers(path)) log.appeared(Op::make_folder, path);
  return done;
}

int rename(const char* from, const char* to) noexcept {
  ORIGINAL(rename);
  Log& log = Log::the();
  Lock lock(log.mutex);
  int done = real(from, to);
  if (done != 0 || !log.covers(from)) return done;
  u64 file = log.number(from);
  log.numbers.erase(from);
  log.numbers[to] = file;
  DFS_CHECK(Log::folder_of(from) == Log::folder_of(to));  // the stores rename nowhere else
  log.ops.push_back({.kind = Op::rename,
                     .file = file,
                     .folder = log.number(Log::folder_of(to)),
                     .name = Log::name_of(from),
                     .to = Log::name_of(to)});
  return done;
}

int unlink(const char* path) noexcept {
  ORIGINAL(unlink);
  Log& log = Log::the();
  Lock lock(log.mutex);
  int done = real(path);
  if (done != 0 || !log.covers(path)) return done;
  log.ops.push_back({.kind = Op::unlink,
                     .file = log.number(path),
                     .folder = log.number(Log::folder_of(path)),
                     .name = Log::name_of(path)});
  log.numbers.erase(path);
  return done;
}

}  // extern "C"
