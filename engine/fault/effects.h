#pragma once

#include <string_view>

#include "engine/fault/point.h"
#include "engine/loop/task.h"

namespace dfs::fault {

// Functions of a script that rules name by number. Called by requests, on any thread.
class Hooks {
 public:
  virtual ~Hooks() = default;
  virtual bool knows(u64 function) const = 0;
  // Calls it while the request waits, and says what it returned. It goes on where it was.
  virtual Task<bool> ask(u64 function, u64 rule, const Context& c) = 0;
  // Calls it some time soon; nobody waits.
  virtual void tell(u64 function, u64 rule, const Context& c) = 0;
};

// What actions do to the server as a whole. Called by requests, on any thread.
class Effects {
 public:
  virtual ~Effects() = default;
  // The registry is isolated by now: somebody outside of every request finishes the crash, and starts again.
  virtual void crashed(bool restart) = 0;
  // The client's lease ends now. 0: that of the request, when it is known.
  virtual void expire(u64 client, const Context& c) = 0;
  // State is revoked: of the stateid (its 12 bytes `other`), or, empty, what there is of the request's file.
  virtual void revoke(std::string_view stateid, bool only_delegations, const Context& c) = 0;
  // Delegations of the request's file are asked for.
  virtual void recall(const Context& c) = 0;
};

}  // namespace dfs::fault
