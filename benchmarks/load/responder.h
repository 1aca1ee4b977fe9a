#pragma once

#include <sys/types.h>

#include <map>
#include <string>

#include "engine/base/ip.h"

namespace dfs::load {

// A reply for each procedure number, record mark included.
using CannedReplies = std::map<u32, std::string>;

// What no server can beat: a child process with one epoll loop that answers every call with its procedure's
// canned reply under the call's xid, looks at nothing else and drops what is written to it.
class Responder {
 public:
  explicit Responder(CannedReplies replies);  // throws std::runtime_error
  ~Responder();
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  const Endpoint& address() const { return address_; }
  pid_t pid() const { return pid_; }

 private:
  Endpoint address_;
  pid_t pid_ = 0;
};

}  // namespace dfs::load
