#pragma once

#include <string_view>

#include "engine/fs/error.h"

namespace dfs::fs {

// Whether an entry can be looked up under this name: bad_name or name_too_long.
FsError check_name(std::string_view name);
// Whether an entry can be made or removed under this name: the same, and dot_name.
FsError check_new_name(std::string_view name);
inline bool is_dot(std::string_view name) { return name == "." || name == ".."; }

}  // namespace dfs::fs
