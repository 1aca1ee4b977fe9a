#pragma once

#include "engine/base/function_ref.h"
#include "protocols/nfs4/nfs4.h"
#include "protocols/server/fuzz/calls.h"

// COMPOUNDs that get somewhere: random operations behind a SEQUENCE of a session there is and a filehandle
// that is good.
namespace dfs::fuzz {

std::string random_compound(const Known& known, Sequence& random);

// A client of minor version 0 or 1 that makes itself known to a server and opens the file "file".
struct Clientele {
  u32 minor;
  FunctionRef<std::string(std::string_view arguments)> ask;  // one COMPOUND; answers its COMPOUND4res
  nfs4::clientid4 client{};
  nfs4::sessionid4 session{};
  nfs4::stateid4 stateid{};

  // `root`: the handle of the directory.
  void introduce(std::string_view root);
};

}  // namespace dfs::fuzz
