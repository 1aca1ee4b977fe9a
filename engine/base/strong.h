#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace dfs {

// An integer that does not mix with other integers: Strong<struct FileIdTag, u64>.
template <class Tag, class Rep>
struct Strong {
  Rep value{};

  constexpr Strong() = default;
  constexpr explicit Strong(Rep v) : value(v) {}
  constexpr auto operator<=>(const Strong&) const = default;
};

}  // namespace dfs

template <class Tag, class Rep>
struct std::hash<dfs::Strong<Tag, Rep>> {
  size_t operator()(dfs::Strong<Tag, Rep> s) const noexcept {
    // Ids are often sequential; a multiplication spreads them over power-of-two tables.
    return static_cast<size_t>(s.value) * 0x9E3779B97F4A7C15ull;
  }
};
