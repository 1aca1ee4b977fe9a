#pragma once

#include "engine/fs/types.h"
#include "protocols/nfs4/attrs/attr_set.h"

namespace dfs::nfs4 {

// Attributes of an object whose changes are noticed: all of its own but time_access, which nobody is told
// of.
const AttrSet& noticed_attrs(u32 minor);
// Those that differ; where it is not known what it was, all of them.
AttrSet changed_attrs(const fs::Change& object);

}  // namespace dfs::nfs4
