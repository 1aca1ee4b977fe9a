#pragma once

#include "protocols/server/admin/http_server.h"

namespace dfs::server::admin {

// The control socket of a running program, and its port when there is one.
class Admin {
 public:
  explicit Admin(CurrentServer& server) : api_(server), socket_(api_), port_(api_) {}
  ~Admin() { stop(); }

  // As the configuration says. Says what is wrong, or nothing.
  std::string start(const Config& config, u16 nfs_port);
  void stop();
  // Where it answers; empty: nowhere.
  const std::string& socket() const { return path_; }

 private:
  Api api_;
  HttpServer socket_, port_;
  std::string path_;
};

// Where `dfs start` has its control socket by this configuration; empty: it has none. For servers in memory
// this needs the port that NFS has.
std::string socket_path(const Config& config, u16 nfs_port);
// The sockets that there may be by this configuration, for whoever looks for a server: the most likely first.
std::vector<std::string> possible_sockets(const Config& config);

}  // namespace dfs::server::admin
