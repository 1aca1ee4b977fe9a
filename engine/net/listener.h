#pragma once

#include "engine/base/result.h"
#include "engine/net/admission.h"
#include "engine/net/connection.h"

namespace dfs::net {

// Accepts on one address and hands the sockets to the loops in turn.
class TcpListener {
 public:
  // Called on the loop that will own the connection, which was admitted: its end is told to Admission.
  using Accept = UniqueFunction<void(Loop& loop, int fd, const Endpoint& peer)>;

  TcpListener(std::vector<Loop*> loops, NetContext& net, Admission& admission);
  ~TcpListener();

  // Binds and listens (port 0: the system chooses). The error says what to do about it.
  Result<Endpoint, std::string> listen(const Endpoint& where, Accept accept);
  // Stops accepting; waits until the loop let go of the socket.
  void close();

 private:
  void accept_ready();
  void take(int fd, const Endpoint& peer);
  // What a fault rule holds back.
  Task<void> admit_later(fault::Action action, int fd, Endpoint peer);
  void admit(int fd, const Endpoint& peer);
  void refuse_without_descriptor();
  void pause();
  void refused(std::string_view why);
  void poll_on();

  std::vector<Loop*> loops_;
  NetContext& net_;
  Admission& admission_;
  Accept accept_;
  uv_poll_t* poll_ = nullptr;
  int fd_ = -1;
  int reserve_ = -1;  // given up for a moment to refuse a peer when descriptors run out
  size_t next_ = 0;
  Timers::Id pause_ = 0;
  u64 refused_ = 0;  // since the log last said so
  Nanos next_word_ = 0;
};

}  // namespace dfs::net
