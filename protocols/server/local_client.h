#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "protocols/rpc/dispatcher.h"

namespace dfs::server {

// A client in this process: its calls go to the dispatcher, and the replies come back, without a socket. It
// lives on one loop, as a connection does; nothing can be called back over it.
class LocalClient final : public rpc::Transport, public std::enable_shared_from_this<LocalClient> {
 public:
  LocalClient(Loop& loop, rpc::Dispatcher& dispatcher, u64 id)
      : loop_(loop), dispatcher_(dispatcher), id_(id) {}

  // Thread-safe. False: it is closed, by itself or because the server has stopped.
  bool call(std::string message);
  // The next reply, without a record mark; nothing when it is closed or none comes in time.
  std::optional<std::string> receive(std::chrono::milliseconds limit);
  void close();
  bool closed();

  void send(SliceList& reply) override;
  void send_after(SliceList& reply, u32 others) override;
  void call_started() override;
  void call_ended() override;
  void hold(size_t) override {}
  void release(size_t) override {}
  void apply(const fault::Action&) override { close(); }  // whatever happens to the link, it is gone
  const Endpoint& peer() const override { return peer_; }
  Endpoint local() const override { return {}; }
  u64 id() const override { return id_; }
  bool datagram() const override { return false; }

 private:
  // fixed after construction
  Loop& loop_;
  rpc::Dispatcher& dispatcher_;
  const u64 id_;
  const Endpoint peer_{*IpAddress::parse("127.0.0.1"), 0};

  // on the loop
  struct Late {
    u32 others;
    std::string reply;
  };
  std::vector<Late> late_;
  u32 under_way_ = 0;
  std::shared_ptr<LocalClient> self_;  // while calls are

  std::mutex mutex_;
  std::condition_variable change_;
  std::deque<std::string> replies_;  // change under mutex_
  bool closed_ = false;
};

}  // namespace dfs::server
