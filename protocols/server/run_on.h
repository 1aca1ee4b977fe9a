#pragma once

#include <future>

#include "engine/loop/loop.h"

namespace dfs::server {

// Runs fn on the loop's thread and waits for it.
template <class F>
auto run_on(Loop& loop, F fn) {
  std::promise<decltype(fn())> done;
  auto result = done.get_future();
  loop.submit([&] {
    if constexpr (std::is_void_v<decltype(fn())>) {
      fn();
      done.set_value();
    } else {
      done.set_value(fn());
    }
  });
  return result.get();
}

}  // namespace dfs::server
