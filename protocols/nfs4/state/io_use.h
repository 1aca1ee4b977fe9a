#pragma once

#include "protocols/nfs4/state/state_record.h"

namespace dfs::nfs4 {

// What lets an operation use a file's bytes: kept until the operation is over, it keeps the file.
struct IoUse {
  Ref<FileHold> hold;  // the open's
  // How the file system is to judge it. An open vouches for whom it was made for, and for what it was made
  // for; anybody else who brings its stateid is judged by the file's permissions.
  fs::IoCheck check = fs::IoCheck::owner_override;
};

}  // namespace dfs::nfs4
