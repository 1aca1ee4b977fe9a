#pragma once

#include <shared_mutex>

#include "protocols/server/server.h"

namespace dfs::server {

// The server that a program runs now; between two of them there is none. Thread-safe.
class CurrentServer {
 public:
  // Returns when nobody uses the one before any more.
  void put(Server* server) {
    std::unique_lock lock(mutex_);
    server_ = server;
  }
  // fn(server), during which it stays; `none` when there is none.
  template <class F, class R>
  R with(F fn, R none) {
    std::shared_lock lock(mutex_);
    return server_ != nullptr ? fn(*server_) : none;
  }

 private:
  std::shared_mutex mutex_;
  Server* server_ = nullptr;  // changes under mutex_
};

}  // namespace dfs::server
