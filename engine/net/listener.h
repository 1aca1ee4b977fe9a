#pragma once

#include "engine/base/result.h"
#include "engine/net/connection.h"

namespace dfs::net {

// Accepts on one address and hands the sockets to the loops in turn.
class TcpListener {
 public:
  // Called on the loop that will own the connection.
  using Accept = UniqueFunction<void(Loop& loop, int fd)>;

  TcpListener(std::vector<Loop*> loops, NetContext& net, u32 max_connections,
              std::atomic<u32>& open_connections);
  ~TcpListener();

  // Binds and listens (port 0: the system chooses). The error says what to do about it.
  Result<Endpoint, std::string> listen(const Endpoint& where, Accept accept);
  // Stops accepting; waits until the loop let go of the socket.
  void close();

 private:
  void accept_ready();
  void refuse_without_descriptor();

  std::vector<Loop*> loops_;
  NetContext& net_;
  const u32 max_connections_;
  std::atomic<u32>& open_connections_;
  Accept accept_;
  uv_poll_t* poll_ = nullptr;
  int fd_ = -1;
  int reserve_ = -1;  // given up for a moment to refuse a peer when descriptors run out
  size_t next_ = 0;
};

}  // namespace dfs::net
