#pragma once

#include "protocols/nfs4/nfs4.h"

namespace dfs::nfs4 {

// Eight opaque bytes that a client only compares (verifier4).
inline verifier4 verifier(u64 v) {
  verifier4 out;
  std::memcpy(out.data(), &v, out.size());
  return out;
}
inline u64 from_verifier(const verifier4& v) {
  u64 out;
  std::memcpy(&out, v.data(), v.size());
  return out;
}

}  // namespace dfs::nfs4
