#pragma once

#include <coroutine>
#include <cstdlib>
#include <optional>
#include <type_traits>
#include <utility>

#include "engine/base/cause.h"
#include "engine/base/check.h"
#include "engine/loop/frame_pool.h"

namespace dfs {

template <class T>
class Task;

namespace detail {

// Completion without symmetric transfer (it overflows the stack on g++ 12 without optimisation): a child that
// finishes while its parent is still inside await_suspend only marks itself done and the parent does not
// suspend; one that finishes later resumes the parent from its final suspension point. Parent and child run
// on one thread.
struct PromiseBase {
  std::coroutine_handle<> continuation;
  const Cause cause = Cause::current();
  bool starting = false;  // the awaiting parent is inside await_suspend
  bool done = false;

  static void* operator new(size_t n) { return frame_alloc(n); }
  static void operator delete(void* p, size_t n) noexcept { frame_free(p, n); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct Final {
    bool await_ready() noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> h) noexcept {
      PromiseBase& p = h.promise();
      p.done = true;
      if (!p.starting && p.continuation) p.continuation.resume();
    }
    void await_resume() noexcept {}
  };
  Final final_suspend() noexcept { return {}; }
  [[noreturn]] void unhandled_exception() noexcept {
    check_failed(__FILE__, __LINE__, "no exception leaves a Task");
  }

  // Whoever resumes a coroutine may be working for somebody else: it goes on under its own cause.
  template <class A>
  struct Awaiting {
    A& inner;
    const Cause& cause;
    bool suspended = false;

    bool await_ready() noexcept { return inner.await_ready(); }
    bool await_suspend(std::coroutine_handle<> h) {
      suspended = true;  // said first: once it is suspended, this may be gone
      if constexpr (std::is_void_v<decltype(inner.await_suspend(h))>) {
        inner.await_suspend(h);
        return true;
      } else {
        if (inner.await_suspend(h)) return true;
        suspended = false;
        return false;
      }
    }
    decltype(auto) await_resume() {
      if (suspended) Cause::make_current(cause);
      return inner.await_resume();
    }
  };
  template <class A>
  Awaiting<std::remove_reference_t<A>> await_transform(A&& awaitable) noexcept {
    return {awaitable, cause};
  }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& v) {
    value.emplace(std::forward<U>(v));
  }
  T take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() {}
  void take() {}
};

}  // namespace detail

// A lazy, move-only coroutine: it starts when it is awaited (or started by a TaskScope) and is destroyed with
// its Task. It resumes on the thread it was started on.
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;

  Task() = default;
  explicit Task(std::coroutine_handle<promise_type> h) : h_(h) {}
  Task(Task&& o) noexcept : h_(std::exchange(o.h_, nullptr)) {}
  Task& operator=(Task&& o) noexcept {
    std::swap(h_, o.h_);
    return *this;
  }
  ~Task() {
    if (h_) h_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> parent) noexcept {
    auto& p = h_.promise();
    p.continuation = parent;
    p.starting = true;
    h_.resume();
    if (p.done) return false;
    p.starting = false;
    return true;
  }
  T await_resume() { return h_.promise().take(); }

  explicit operator bool() const { return h_ != nullptr; }

 private:
  std::coroutine_handle<promise_type> h_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}
}  // namespace detail

// Either a value that is already there or a Task that will give it. What stores return: a store that never
// waits costs no coroutine frame.
template <class T>
class [[nodiscard]] Async {
 public:
  Async(T value) : value_(std::move(value)) {}  // NOLINT: implicit on purpose
  template <class U, class = std::enable_if_t<std::is_convertible_v<U&&, T> &&
                                              !std::is_same_v<std::remove_cvref_t<U>, Async> &&
                                              !std::is_same_v<std::remove_cvref_t<U>, T> &&
                                              !std::is_same_v<std::remove_cvref_t<U>, Task<T>>>>
  Async(U&& value) : value_(std::forward<U>(value)) {}  // NOLINT
  Async(Task<T> task) : task_(std::move(task)) {}       // NOLINT

  bool ready() const { return value_.has_value(); }
  // The value of a ready Async.
  T get() && { return std::move(*value_); }

  bool await_ready() const noexcept { return value_.has_value(); }
  bool await_suspend(std::coroutine_handle<> parent) noexcept { return task_.await_suspend(parent); }
  T await_resume() { return value_ ? std::move(*value_) : task_.await_resume(); }

 private:
  std::optional<T> value_;
  Task<T> task_;
};

}  // namespace dfs
