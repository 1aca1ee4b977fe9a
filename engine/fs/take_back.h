#pragma once

#include "engine/fs/file_system_impl.h"

namespace dfs::fs {

// Data of `file` went in but its metadata did not follow: what lies beyond the end of the file, or belongs to
// a file that is gone, must not come to light later. seen: the file as it was when the data went in. Takes
// the file's gate.
Task<void> take_back(FileSystem::Impl& fs, NodeRef file, Inode seen);

}  // namespace dfs::fs
