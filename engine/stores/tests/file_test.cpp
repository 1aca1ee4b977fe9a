#include <catch2/catch.hpp>

#include "engine/stores/tests/fixtures.h"

namespace dfs::stores {

DFS_CONTENT_CONTRACT("durable", durable_stores)
DFS_FILE_SYSTEM_CONTRACT("durable", durable_stores)
DFS_CONTENT_CONTRACT("sealing", sealing_stores)
DFS_FILE_SYSTEM_CONTRACT("sealing", sealing_stores)

}  // namespace dfs::stores
