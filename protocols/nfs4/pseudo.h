#pragma once

namespace dfs::nfs4 {

class Pseudo {};

}  // namespace dfs::nfs4
