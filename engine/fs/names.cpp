#include "engine/fs/names.h"

#include "engine/fs/types.h"

namespace dfs::fs {

FsError check_name(std::string_view name) {
  if (name.empty()) return FsError::bad_name;
  if (name.size() > kMaxName) return FsError::name_too_long;
  for (char c : name)
    if (c == '\0' || c == '/') return FsError::bad_name;
  return FsError::ok;
}

FsError check_new_name(std::string_view name) {
  if (is_dot(name)) return FsError::dot_name;
  return check_name(name);
}

}  // namespace dfs::fs
