#pragma once

#include <array>
#include <cstring>

#include "engine/base/bytes.h"

namespace dfs::nfs3 {

// Eight opaque bytes that a client only compares (writeverf3, cookieverf3, createverf3).
inline std::array<u8, 8> verifier(u64 v) {
  std::array<u8, 8> out;
  std::memcpy(out.data(), &v, 8);
  return out;
}
inline u64 from_verifier(const std::array<u8, 8>& v) {
  u64 out;
  std::memcpy(&out, v.data(), 8);
  return out;
}

}  // namespace dfs::nfs3
