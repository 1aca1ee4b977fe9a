#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/function_ref.h"
#include "engine/loop/task.h"

namespace dfs {

// Where a suspended coroutine is resumed: a Loop, or a BlockingExecutor outside of any loop.
class Executor {
 public:
  virtual ~Executor() = default;
  // Runs fn on this executor's thread, soon. Thread-safe; the only way in from another thread.
  virtual void submit(UniqueFunction<void()> fn) = 0;
  // The same after a delay on the executor's clock.
  virtual void submit_after(Nanos delay, UniqueFunction<void()> fn) = 0;

  // The executor whose thread this is, or nullptr.
  static Executor* current();

 protected:
  // Makes e current on this thread; returns what was current before.
  static Executor* make_current(Executor* e);
};

// Lets plain code (command line tools, tests, the Python edge) wait for an Async.
class BlockingExecutor final : public Executor {
 public:
  BlockingExecutor() : previous_(make_current(this)) {}
  ~BlockingExecutor() override { make_current(previous_); }
  void submit(UniqueFunction<void()> fn) override;
  void submit_after(Nanos delay, UniqueFunction<void()> fn) override;  // real time
  void run_until(const bool& done);

 private:
  Executor* previous_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<UniqueFunction<void()>> queue_;
  std::multimap<std::chrono::steady_clock::time_point, UniqueFunction<void()>> delayed_;
};

// Suspends the caller for a while; it goes on where it was.
class Delay {
 public:
  explicit Delay(Nanos delay) : delay_(delay) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    Executor* home = Executor::current();
    DFS_CHECK(home != nullptr);
    home->submit_after(delay_, [h] { h.resume(); });
  }
  void await_resume() noexcept {}

 private:
  Nanos delay_;
};

// Lets what else waits for this thread run first; for long work in many short steps.
class Yield {
 public:
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    Executor* home = Executor::current();
    DFS_CHECK(home != nullptr);
    home->submit([h] { h.resume(); });
  }
  void await_resume() noexcept {}
};

namespace detail {
template <class A>
Task<void> store_result(A& awaitable, auto& out, bool& done) {
  out.emplace(co_await awaitable);
  done = true;
}
template <class T>
struct ValueOf;
template <class T>
struct ValueOf<Async<T>> {
  using type = T;
};
template <class T>
struct ValueOf<Task<T>> {
  using type = T;
};
}  // namespace detail

// Starts an Async or Task and blocks this thread until it has a value. Not for loop threads.
template <class A>
auto run_blocking(A awaitable) {
  BlockingExecutor executor;
  std::optional<typename detail::ValueOf<A>::type> out;
  bool done = false;
  Task<void> t = detail::store_result(awaitable, out, done);
  struct Noop {
    struct promise_type {
      Noop get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
      std::suspend_never initial_suspend() noexcept { return {}; }
      std::suspend_always final_suspend() noexcept { return {}; }
      void return_void() {}
      [[noreturn]] void unhandled_exception() {
        check_failed(__FILE__, __LINE__, "no exception leaves a Task");
      }
    };
    std::coroutine_handle<promise_type> h;
  };
  auto drive = [](Task<void>& task) -> Noop { co_await task; };
  Noop root = drive(t);
  executor.run_until(done);
  root.h.destroy();
  return std::move(*out);
}

// A value set once, by anybody on the same executor, that at most one coroutine waits for.
template <class T>
class Oneshot {
 public:
  void set(T v) {
    DFS_CHECK(!value_);
    value_.emplace(std::move(v));
    if (waiter_) std::exchange(waiter_, nullptr).resume();
  }
  bool await_ready() const noexcept { return value_.has_value(); }
  void await_suspend(std::coroutine_handle<> h) noexcept { waiter_ = h; }
  T await_resume() { return std::move(*value_); }

 private:
  std::optional<T> value_;
  std::coroutine_handle<> waiter_;
};

}  // namespace dfs
