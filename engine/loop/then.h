#pragma once

#include <type_traits>

#include "engine/loop/task.h"

namespace dfs {

namespace detail {
template <class T>
struct AsyncValue {
  using type = T;
};
template <class T>
struct AsyncValue<Async<T>> {
  using type = T;
};
template <class T, class F>
Task<typename AsyncValue<std::invoke_result_t<F&, T>>::type> continue_with(Async<T> first, F next) {
  if constexpr (std::is_same_v<typename AsyncValue<std::invoke_result_t<F&, T>>::type,
                               std::invoke_result_t<F&, T>>) {
    co_return next(co_await first);
  } else {
    Async<typename AsyncValue<std::invoke_result_t<F&, T>>::type> second = next(co_await first);
    co_return co_await second;
  }
}
}  // namespace detail

// next(value of first). When the value is already there this is a plain call: no coroutine frame on the path
// of a store that answers from memory. `next` returns a value or an Async; what it captures must live until
// then.
template <class T, class F>
Async<typename detail::AsyncValue<std::invoke_result_t<F&, T>>::type> then(Async<T> first, F next) {
  if (first.ready()) return next(std::move(first).get());
  return detail::continue_with(std::move(first), std::move(next));
}

}  // namespace dfs
