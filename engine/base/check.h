#pragma once

// DFS_CHECK: for what can only be false when our own code is wrong. It stays on in release builds; input from a
// peer or from the environment is never DFS_CHECKed, it gets an error value.
namespace dfs {
[[noreturn]] void check_failed(const char* file, int line, const char* expression);
}  // namespace dfs

#define DFS_CHECK(expression) \
  (__builtin_expect(!!(expression), 1) ? (void)0 : ::dfs::check_failed(__FILE__, __LINE__, #expression))
