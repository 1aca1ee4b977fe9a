#pragma once

#include <memory>
#include <vector>

#include "engine/base/ip.h"
#include "engine/loop/loop.h"

namespace dfs::net {

// Connections that a loop is making to peers. On that loop's thread only.
class Connector {
 public:
  // The connected, non-blocking socket, or -1.
  using Done = UniqueFunction<void(int fd)>;

  ~Connector();
  // Calls done within `limit` of the loop's clock, never before this returns.
  void connect(Loop& loop, const Endpoint& to, Nanos limit, Done done);
  // All that is not done fails now.
  void abort_all();
  size_t size() const { return attempts_.size(); }

 private:
  struct Attempt;
  void finish(Attempt& a, bool good);
  std::vector<Attempt*> attempts_;
};

}  // namespace dfs::net
