#include "protocols/server/admin/admin.h"

namespace dfs::server::admin {

std::string Admin::start(const Config& config, u16 nfs_port) {
  std::string error;
  if (const std::string path = socket_path(config, nfs_port); !path.empty()) {
    error = socket_.listen_unix(path);
    if (error.empty()) path_ = path;
  }
  if (error.empty() && config.admin_port != 0)
    error = port_.listen_loopback(static_cast<u16>(config.admin_port));
  return error;
}

void Admin::stop() {
  api_.stop();
  socket_.stop();
  port_.stop();
}

}  // namespace dfs::server::admin
