// Where the control socket is: beside the data, which no two servers share; a server in memory has its own by
// its port.
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "protocols/server/admin/admin.h"
#include "protocols/server/admin/client.h"

namespace dfs::server::admin {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;

// The folder of this user's sockets; nobody else can make one there.
fs::path runtime_folder() {
  if (const char* folder = getenv("XDG_RUNTIME_DIR"); folder != nullptr && *folder == '/')
    return fs::path(folder) / "dittofs";
  return fs::path(fmt::format("/tmp/dittofs-{}", geteuid()));
}

bool ours(const fs::path& folder) {
  struct stat s {};
  return lstat(folder.c_str(), &s) == 0 && S_ISDIR(s.st_mode) && s.st_uid == geteuid() &&
         (s.st_mode & 0077) == 0;
}

// Sockets of servers that were killed, but none that is just being made.
void remove_dead(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    struct stat s {};
    if (lstat(entry.path().c_str(), &s) != 0 || !S_ISSOCK(s.st_mode) || time(nullptr) - s.st_mtime < 60)
      continue;
    if (!Client(entry.path().string()).alive()) unlink(entry.path().c_str());
  }
}

std::string beside_data(const Config& config) { return (fs::path(config.data_dir) / "admin.sock").string(); }

bool in_memory(const Config& config) {
  return config.store == "memory" || beside_data(config).size() > kLongest;
}

}  // namespace

std::string socket_path(const Config& config, u16 nfs_port) {
  if (config.admin_socket == "off") return {};
  if (config.admin_socket != "auto") return config.admin_socket;
  if (!in_memory(config)) return beside_data(config);
  const fs::path folder = runtime_folder();
  std::error_code ignored;
  fs::create_directories(folder.parent_path(), ignored);
  mkdir(folder.c_str(), 0700);
  if (!ours(folder)) return {};
  if (nfs_port != 0) remove_dead(folder);
  return (folder / fmt::format("{}.sock", nfs_port)).string();
}

std::vector<std::string> possible_sockets(const Config& config) {
  if (config.admin_socket == "off") return {};
  if (config.admin_socket != "auto") return {config.admin_socket};
  std::vector<std::string> out;
  if (!in_memory(config) && fs::exists(beside_data(config))) out.push_back(beside_data(config));
  const fs::path folder = runtime_folder();
  if (!ours(folder)) return out;
  std::vector<std::string> others;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().extension() == ".sock") others.push_back(entry.path().string());
  std::sort(others.begin(), others.end());
  out.insert(out.end(), others.begin(), others.end());
  return out;
}

}  // namespace dfs::server::admin
