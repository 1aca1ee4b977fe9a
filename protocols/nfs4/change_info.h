#pragma once

#include "engine/fs/types.h"
#include "protocols/nfs4/nfs4.h"

namespace dfs::nfs4 {

// A directory before and after an operation. Every change is one update of the store, so it is always atomic.
inline change_info4 change_info(const fs::Change& dir) { return {true, dir.before.change, dir.after.change}; }

}  // namespace dfs::nfs4
