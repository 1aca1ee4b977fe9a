#pragma once

#include <optional>

#include "engine/fs/types.h"

namespace dfs::nfs4 {

// What a delegation that came with its file's times is about (RFC 9754 section 5): its holder says when the
// file was read and, with a write delegation, modified.
struct DelegatedTimes {
  bool given = false;
  WallTime atime, mtime;  // of the file when it was given
};

// The time to set for one that a holder says: nothing where it is no later than the file's was when the
// delegation was given, the present for one that is yet to come.
std::optional<WallTime> vetted(WallTime said, WallTime original, WallTime now);

}  // namespace dfs::nfs4
