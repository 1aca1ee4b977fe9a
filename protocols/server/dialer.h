#pragma once

#include "engine/net/connector.h"
#include "protocols/rpc/outgoing.h"

namespace dfs::server {

// Connects to clients of NFSv4.0 that wait for callbacks; all on one loop.
class CallbackDialer final : public rpc::Dialer {
 public:
  // Makes a connection of a connected socket, and tells its id.
  using Adopt = UniqueFunction<u64(Loop& loop, int fd, const Endpoint& peer)>;
  CallbackDialer(Loop& loop, net::Connector& connector, Adopt adopt)
      : loop_(loop), connector_(connector), adopt_(std::move(adopt)) {}

  void dial(const Endpoint& to, Nanos limit, UniqueFunction<void(u64 connection)> done) override {
    loop_.submit([this, to, limit, done = std::move(done)]() mutable {
      connector_.connect(loop_, to, limit, [this, to, done = std::move(done)](int fd) mutable {
        done(fd < 0 ? 0 : adopt_(loop_, fd, to));
      });
    });
  }

 private:
  Loop& loop_;
  net::Connector& connector_;
  Adopt adopt_;
};

}  // namespace dfs::server
