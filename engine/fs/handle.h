#pragma once

#include <array>
#include <vector>

#include "engine/base/siphash.h"
#include "engine/fs/types.h"

namespace dfs::fs {

using FsUuid = std::array<u8, 16>;

// What a file handle names: an object, in a file system, as seen through an export.
struct HandleTarget {
  u32 export_id;
  FsUuid uuid;
  NodeRef node;
};

constexpr u32 kHandleSize = 64;  // NFS3_FHSIZE; NFSv4 allows 128
using HandleBytes = std::array<u8, kHandleSize>;

// Seals handles with a MAC, so that a client can neither guess one nor change what one names. The key is
// durable with the stores, so handles survive a restart.
class HandleSealer {
 public:
  explicit HandleSealer(const SipKey& key) : key_(key) {}

  HandleBytes seal(const HandleTarget& target) const;

  enum class Verdict : u8 {
    ok,
    bad,    // not something we ever gave out
    stale,  // the form is ours, but sealed with another key: an instance that is gone
  };
  // known: whether a file system with this uuid is served now; a wrong seal for one of those is a forgery.
  Verdict open(Bytes handle, FunctionRef<bool(const FsUuid&)> known, HandleTarget& out) const;

 private:
  SipKey key_;
};

}  // namespace dfs::fs
