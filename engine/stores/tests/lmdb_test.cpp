#include <catch2/catch.hpp>

#include "engine/stores/tests/fixtures.h"

namespace dfs::stores {

DFS_METADATA_CONTRACT("lmdb", lmdb_stores)

}  // namespace dfs::stores
namespace dfs::stores {
DFS_STORE_CONTRACT_CASE(fs_create, "lmdb", lmdb_stores)
DFS_STORE_CONTRACT_CASE(fs_permissions, "lmdb", lmdb_stores)
DFS_STORE_CONTRACT_CASE(fs_attributes, "lmdb", lmdb_stores)
DFS_STORE_CONTRACT_CASE(fs_names, "lmdb", lmdb_stores)
DFS_STORE_CONTRACT_CASE(fs_rename, "lmdb", lmdb_stores)
DFS_STORE_CONTRACT_CASE(fs_links, "lmdb", lmdb_stores)
DFS_STORE_CONTRACT_CASE(fs_io, "lmdb", lmdb_stores)
DFS_STORE_CONTRACT_CASE(fs_directories, "lmdb", lmdb_stores)
DFS_STORE_CONTRACT_CASE(fs_concurrency, "lmdb", lmdb_stores)
}  // namespace dfs::stores
