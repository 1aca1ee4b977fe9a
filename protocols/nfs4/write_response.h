#pragma once

#include "protocols/nfs4/place.h"
#include "protocols/nfs4/verifier.h"

namespace dfs::nfs4 {

// What COPY and WRITE_SAME wrote; without a callback id, because they did it before they answered (RFC 7862 15.2.2,
// 15.12.2).
inline write_response4 write_response(const Place& place, const fs::CopyResult& r) {
  return {{}, r.count, static_cast<stable_how4>(r.committed), verifier(place.fs().write_verifier())};
}

}  // namespace dfs::nfs4
