#pragma once

namespace dfs::nfs4 {

class State {};

}  // namespace dfs::nfs4
