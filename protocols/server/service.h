#pragma once

#include "protocols/server/server.h"

namespace dfs::server {

// One port: the programs that answer on it, its listener and its datagram socket.
struct Server::Service {
  explicit Service(Server& s) : dispatcher(s.faults_, s.trace_, *s.drc_, &s.hooks_) {}
  rpc::Dispatcher dispatcher;
  std::unique_ptr<net::TcpListener> listener;
  std::unique_ptr<rpc::DatagramService> datagrams;
};

}  // namespace dfs::server
