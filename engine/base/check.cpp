#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace dfs {
void check_failed(const char* file, int line, const char* expression) {
  std::fprintf(stderr, "%s:%d: CHECK(%s) failed\n", file, line, expression);
  std::abort();
}
}  // namespace dfs
