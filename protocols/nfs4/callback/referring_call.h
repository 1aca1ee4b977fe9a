#pragma once

#include "protocols/nfs4/nfs4.h"

namespace dfs::nfs4 {

struct Compound;
class State;

// The request that gave a client what a callback is about. Its reply may arrive after the callback, or not at
// all: by its name the client knows what to wait for (RFC 8881 2.10.6.3 and 20.9.3).
struct ReferringCall {
  sessionid4 session{};
  u32 slot = 0, sequence = 0;
  bool known = false;  // false: it came by no session, as in 4.0

  static ReferringCall of(const Compound& c);
  // The client has not said yet that it has the reply, by another request on the slot.
  bool open(State& state) const;
};

}  // namespace dfs::nfs4
