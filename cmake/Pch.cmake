# Two precompiled headers: std + fmt for the libraries, the same + Catch2 for the tests.
file(WRITE ${CMAKE_BINARY_DIR}/pch/dfs_pch.cpp "")
file(WRITE ${CMAKE_BINARY_DIR}/pch/dfs_pch_test.cpp "")
add_library(dfs_pch OBJECT ${CMAKE_BINARY_DIR}/pch/dfs_pch.cpp)
target_precompile_headers(dfs_pch PRIVATE
  <algorithm> <array> <atomic> <chrono> <condition_variable> <coroutine> <cstdint> <cstring> <deque> <functional>
  <map> <memory> <mutex> <optional> <shared_mutex> <span> <string> <string_view> <thread> <unordered_map> <utility>
  <variant> <vector> <fmt/format.h> <tl/expected.hpp> <uv.h>)
target_link_libraries(dfs_pch PUBLIC fmt::fmt)
if(DFS_TESTS)
  add_library(dfs_pch_test OBJECT ${CMAKE_BINARY_DIR}/pch/dfs_pch_test.cpp)
  target_precompile_headers(dfs_pch_test PRIVATE
    <algorithm> <atomic> <coroutine> <cstring> <functional> <map> <memory> <mutex> <optional> <span> <string>
    <thread> <unordered_map> <vector> <fmt/format.h> <tl/expected.hpp> <uv.h> <catch2/catch.hpp>)
  target_link_libraries(dfs_pch_test PUBLIC fmt::fmt Catch2::Catch2)
endif()
