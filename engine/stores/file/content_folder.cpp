#include "engine/stores/file/content_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/base/check.h"
#include "engine/base/log.h"
#include "engine/base/random.h"
#include "engine/stores/common/folders.h"

namespace dfs::stores {

using fs::FileId;
using fs::FsError;

namespace {

constexpr const char* kMagic = "DittoFS content";
constexpr unsigned kFormat = 1;

std::string errno_text() { return std::strerror(errno); }

FsError sync_dir(const std::string& path) { return error_of(sync_folder(path)); }

std::string read_small(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  Fd file(fd);
  char text[256];
  ssize_t n = pread(fd, text, sizeof text, 0);
  return n > 0 ? std::string(text, static_cast<size_t>(n)) : std::string();
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

FsError error_of(int e) {
  switch (e) {
    case 0:
      return FsError::ok;
    case ENOENT:
      return FsError::not_found;
    case ENOSPC:
      return FsError::no_space;
    case EDQUOT:
      return FsError::quota;
    case EFBIG:
      return FsError::file_too_large;
    case EMFILE:
    case ENFILE:
      return FsError::busy;
    case EROFS:
      return FsError::read_only;
    default:
      return FsError::io;
  }
}

FsError read_all(int fd, u64 offset, u8* to, size_t n) {
  while (n > 0) {
    ssize_t got = pread(fd, to, n, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return error_of(errno);
    if (got == 0) return FsError::corrupt;
    to += got;
    offset += static_cast<u64>(got);
    n -= static_cast<size_t>(got);
  }
  return FsError::ok;
}

FsError write_all(int fd, u64 offset, const u8* from, size_t n) {
  while (n > 0) {
    ssize_t put = pwrite(fd, from, n, static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return error_of(errno);
    from += put;
    offset += static_cast<u64>(put);
    n -= static_cast<size_t>(put);
  }
  return FsError::ok;
}

ChunkHash hash_bytes(std::string_view bytes) {
  ChunkHash hash;
  unsigned size = 0;
  int ok = EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr);
  DFS_CHECK(ok == 1 && size == hash.size());
  return hash;
}

Result<std::unique_ptr<ContentFolder>, std::string> ContentFolder::open(const std::string& path) {
  auto lock = StoreLock::take(path);
  if (!lock) return failure(std::move(lock.error()));
  std::unique_ptr<ContentFolder> folder(new ContentFolder(std::move(*lock), path));
  std::string wrong = folder->load_format();
  if (!wrong.empty()) return failure(fmt::format("the content store {} {}", path, wrong));
  return folder;
}

std::string ContentFolder::load_format() {
  struct stat st;
  std::string format = path_ + "/FORMAT";
  if (stat(format.c_str(), &st) != 0) {
    if (errno != ENOENT) return fmt::format("cannot be examined: {}", errno_text());
    bool used = false;  // otherwise the making of it was cut short
    for (const char* part : {"staging", "chunks"})
      each_file(part, [&](const std::string&, const std::string&) { return !(used = true); });
    return used ? "is damaged: its FORMAT is missing" : make();
  }
  std::string text = read_small(format);
  if (!text.starts_with(kMagic)) return "is damaged: its FORMAT cannot be read";
  unsigned version = 0;
  char id[64] = {};
  if (std::sscanf(text.c_str() + std::strlen(kMagic), "%u %63s", &version, id) != 2)
    return "is damaged: its FORMAT cannot be read";
  if (version > kFormat)
    return fmt::format("has format {}; this program knows formats up to {}", version, kFormat);
  id_ = id;
  for (const char* part : {"/staging", "/chunks"})
    if (stat((path_ + part).c_str(), &st) != 0)
      return fmt::format("is damaged: {}{} is missing", path_, part);
  new_folders_ = true;  // the last run may have ended before it synced them
  return {};
}

// FORMAT comes last: a folder with one is complete, and one without is begun anew.
std::string ContentFolder::make() {
  for (const char* part : {"/staging", "/chunks"})
    if (mkdir((path_ + part).c_str(), 0700) != 0 && errno != EEXIST)
      return fmt::format("cannot be made: {}", errno_text());
  ChunkHash drawn;
  secure_random_bytes(drawn.data(), drawn.size());
  id_ = to_hex(drawn).substr(0, 32);
  std::string text = fmt::format("{} {} {}\n", kMagic, kFormat, id_), temporary = path_ + "/FORMAT.new";
  int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fmt::format("cannot be made: {}", errno_text());
  Fd file(fd);
  FsError e = write_all(fd, 0, reinterpret_cast<const u8*>(text.data()), text.size());
  if (e != FsError::ok || fsync(fd) != 0 || sync_dir(path_) != FsError::ok ||
      rename(temporary.c_str(), (path_ + "/FORMAT").c_str()) != 0 || sync_dir(path_) != FsError::ok)
    return fmt::format("cannot be made: {}", errno_text());
  return {};
}

std::string ContentFolder::staging_dir(FileId file) const {
  return fmt::format("{}/staging/{:02x}", path_, file.value & 0xff);
}
std::string ContentFolder::chunk_dir(const ChunkHash& hash) const {
  return fmt::format("{}/chunks/{:02x}", path_, hash[0]);
}

Result<FdRef, FsError> ContentFolder::open_staging(FileId file, bool make) {
  std::string dir = staging_dir(file), name = fmt::format("{}/{:016x}", dir, file.value);
  int fd = make ? open_making_dir(dir, name, O_RDWR) : ::open(name.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return failure(error_of(errno));
  return std::make_shared<Fd>(fd);
}

FsError ContentFolder::remove_staging(FileId file) {
  std::string name = fmt::format("{}/{:016x}", staging_dir(file), file.value);
  return unlink(name.c_str()) == 0 || errno == ENOENT ? FsError::ok : error_of(errno);
}

FsError ContentFolder::sync_staging_name(FileId file) { return sync_dir(staging_dir(file)); }

int ContentFolder::open_making_dir(const std::string& dir, const std::string& name, int flags) {
  int fd = ::open(name.c_str(), flags | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0 || errno != ENOENT) return fd;
  {
    std::lock_guard lock(folders_mutex_);
    if (mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) return -1;
    new_folders_ = true;
  }
  return ::open(name.c_str(), flags | O_CREAT | O_CLOEXEC, 0600);
}

FsError ContentFolder::sync_new_folders() {
  std::lock_guard lock(folders_mutex_);
  if (!new_folders_) return FsError::ok;
  for (const char* part : {"/staging", "/chunks"}) {
    FsError e = sync_dir(path_ + part);
    if (e != FsError::ok) return e;
  }
  new_folders_ = false;
  return FsError::ok;
}

FdRef ContentFolder::cached_chunk(const ChunkHash& hash) {
  std::lock_guard lock(chunks_mutex_);
  auto it = open_chunks_.find(hash);
  if (it == open_chunks_.end()) return {};
  recent_.splice(recent_.begin(), recent_, it->second);
  return it->second->second;
}

Result<FdRef, FsError> ContentFolder::open_unread_chunk(const ChunkHash& hash) {
  int fd = ::open(fmt::format("{}/{}", chunk_dir(hash), to_hex(hash)).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failure(error_of(errno));
  return std::make_shared<Fd>(fd);
}

bool ContentFolder::is_sound(const ChunkHash& hash, int fd) {
  {
    std::lock_guard lock(chunks_mutex_);
    auto known = read_chunks_.find(hash);
    if (known != read_chunks_.end()) return known->second;
  }
  struct stat st;
  std::string bytes;
  bool sound = fstat(fd, &st) == 0 && static_cast<u64>(st.st_size) <= kFileChunk;
  if (sound) {
    bytes.resize(static_cast<size_t>(st.st_size));
    sound = read_all(fd, 0, reinterpret_cast<u8*>(bytes.data()), bytes.size()) == FsError::ok &&
            hash_bytes(bytes) == hash;
  }
  if (!sound)
    log::error("content store: the chunk file {}/{} has other bytes than its name says; reads of it fail",
               chunk_dir(hash), to_hex(hash));
  std::lock_guard lock(chunks_mutex_);
  if (read_chunks_.size() >= kReadChunks) read_chunks_.clear();
  read_chunks_[hash] = sound;
  return sound;
}

Result<FdRef, FsError> ContentFolder::open_chunk(const ChunkHash& hash) {
  if (FdRef open = cached_chunk(hash)) return open;
  auto unread = open_unread_chunk(hash);
  if (!unread) return unread;
  FdRef opened = *unread;
  if (!is_sound(hash, opened->get())) return failure(FsError::corrupt);
  std::lock_guard lock(chunks_mutex_);
  if (open_chunks_.contains(hash)) return opened;  // somebody was faster
  recent_.emplace_front(hash, opened);
  open_chunks_[hash] = recent_.begin();
  if (recent_.size() > kOpenChunks) {
    open_chunks_.erase(recent_.back().first);
    recent_.pop_back();
  }
  return opened;
}

FsError ContentFolder::write_chunk(const ChunkHash& hash, const std::string& bytes) {
  std::string dir = chunk_dir(hash), name = fmt::format("{}/{}", dir, to_hex(hash)),
              temporary = name + ".new";
  struct stat st;
  if (stat(name.c_str(), &st) == 0 && static_cast<size_t>(st.st_size) == bytes.size()) return FsError::ok;
  int fd = open_making_dir(dir, temporary, O_WRONLY | O_TRUNC);
  if (fd < 0) return error_of(errno);
  Fd file(fd);
  FsError e = write_all(fd, 0, reinterpret_cast<const u8*>(bytes.data()), bytes.size());
  if (e == FsError::ok && fdatasync(fd) != 0) e = error_of(errno);
  if (e == FsError::ok && rename(temporary.c_str(), name.c_str()) != 0) e = error_of(errno);
  if (e != FsError::ok) {
    unlink(temporary.c_str());
    return e;
  }
  e = sync_dir(dir);
  return e == FsError::ok ? sync_new_folders() : e;
}

FsError ContentFolder::remove_chunk(const ChunkHash& hash) {
  {
    std::lock_guard lock(chunks_mutex_);
    read_chunks_.erase(hash);
    if (auto it = open_chunks_.find(hash); it != open_chunks_.end()) {
      recent_.erase(it->second);
      open_chunks_.erase(it);
    }
  }
  std::string name = fmt::format("{}/{}", chunk_dir(hash), to_hex(hash));
  return unlink(name.c_str()) == 0 || errno == ENOENT ? FsError::ok : error_of(errno);
}

void ContentFolder::each_file(const char* part,
                              FunctionRef<bool(const std::string&, const std::string&)> visit) {
  for (int i = 0; i < 256; ++i) {
    std::string path = fmt::format("{}/{}/{:02x}", path_, part, i);
    DIR* dir = opendir(path.c_str());
    if (dir == nullptr) continue;
    bool more = true;
    while (dirent* entry = more ? readdir(dir) : nullptr)
      if (entry->d_name[0] != '.') more = visit(path, entry->d_name);
    closedir(dir);
    if (!more) return;
  }
}

void ContentFolder::each_chunk(FunctionRef<bool(const std::string&, const std::optional<ChunkHash>&)> visit) {
  each_file("chunks", [&](const std::string& dir, const std::string& file) {
    return visit(fmt::format("{}/{}", dir, file), from_hex(file));
  });
}

void ContentFolder::each_staging(FunctionRef<bool(FileId)> visit) {
  each_file("staging", [&](const std::string&, const std::string& file) {
    return visit(FileId(std::strtoull(file.c_str(), nullptr, 16)));
  });
}

FsError ContentFolder::sync_all() {
  int fd = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return error_of(errno);
  Fd dir(fd);
  return syncfs(fd) == 0 ? FsError::ok : error_of(errno);
}

void ContentFolder::statfs(fs::FsStat& out) const {
  struct statvfs st;
  if (statvfs(path_.c_str(), &st) != 0) return;
  out.total_bytes = u64(st.f_blocks) * st.f_frsize;
  out.free_bytes = u64(st.f_bfree) * st.f_frsize;
  out.available_bytes = u64(st.f_bavail) * st.f_frsize;
}

}  // namespace dfs::stores
