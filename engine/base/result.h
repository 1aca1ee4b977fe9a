#pragma once

#include <tl/expected.hpp>
#include <utility>

namespace dfs {

// A value or the reason there is none. For operations that may fail in normal running; a peer's nonsense is a
// DecodeError, a broken invariant of ours is a DFS_CHECK.
template <class T, class E>
using Result = tl::expected<T, E>;

template <class E>
auto failure(E&& error) {
  return tl::make_unexpected(std::forward<E>(error));
}

}  // namespace dfs
