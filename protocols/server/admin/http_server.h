#pragma once

#include <memory>
#include <string>

#include "protocols/server/admin/api.h"

namespace dfs::server::admin {

// HTTP/1.1 over a Unix socket or over TCP on the loopback interface, on threads of its own.
class HttpServer {
 public:
  explicit HttpServer(Api& api);
  ~HttpServer();  // stop()

  // A socket that only its owner may use. Says what is wrong, or nothing.
  std::string listen_unix(const std::string& path);
  std::string listen_loopback(u16 port);
  // Followers must have been told to end.
  void stop();

 private:
  class Http;
  std::string begin(int fd);

  Api& api_;
  std::unique_ptr<Http> http_;
  std::thread thread_;
  std::string path_;  // of the socket, to be removed
};

}  // namespace dfs::server::admin
