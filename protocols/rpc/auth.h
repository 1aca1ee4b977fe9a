#pragma once

#include "engine/wire/reader.h"
#include "protocols/rpc/call.h"

namespace dfs::rpc {

// RFC 5531 9, auth_stat.
enum class AuthStat : u32 {
  ok = 0,
  bad_cred = 1,
  rejected_cred = 2,
  bad_verf = 3,
  rejected_verf = 4,
  too_weak = 5
};

// Reads a call's credential and verifier and says who calls. On anything but ok the reader is spent.
AuthStat authenticate(wire::Reader& r, Caller& out);

}  // namespace dfs::rpc
