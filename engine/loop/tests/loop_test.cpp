#include "engine/loop/loop.h"

#include <catch2/catch.hpp>
#include <future>

#include "engine/loop/workers.h"

using namespace dfs;

namespace {
Task<int> answer(int n) { co_return n; }
Task<i64> sum(int n) {
  i64 total = 0;
  for (int i = 0; i < n; ++i) total += co_await answer(i);
  co_return total;
}
Task<int> depth(int n) {
  if (n == 0) co_return 0;
  co_return 1 + co_await depth(n - 1);
}
Task<int> on_worker(Workers& w, int n) {
  int total = 0;
  for (int i = 0; i < n; ++i) total += co_await w.run([i] { return i; });
  co_return total;
}
Async<int> ready_or_not(bool ready) {
  if (ready) return 1;
  return answer(2);
}
Task<int> both() {
  const int a = co_await ready_or_not(true);
  const int b = co_await ready_or_not(false);
  co_return a + b;
}
Task<void> note(std::promise<int>& p, Task<int> t) { p.set_value(co_await t); }
}  // namespace

TEST_CASE("tasks: values, deep chains, a million synchronous awaits do not use up the stack") {
  CHECK(run_blocking(sum(1'000'000)) == 499'999'500'000);
  CHECK(run_blocking(depth(1000)) == 1000);
  CHECK(run_blocking(both()) == 3);
}

TEST_CASE("workers: the caller goes on where it was") {
  Workers workers(2);
  CHECK(run_blocking(on_worker(workers, 1000)) == 499500);
  RealClock clock;
  Loop loop(clock, 0);
  loop.start();
  std::promise<int> p;
  loop.submit([&] { loop.scope().spawn(note(p, on_worker(workers, 100))); });
  CHECK(p.get_future().get() == 4950);
  loop.stop();
  CHECK(loop.foreign_handles() == 0);
}

TEST_CASE("manual clock: a loop's timers run when time is advanced, in order, on the loop's thread") {
  ManualClock clock;
  Loop loop(clock, 0);
  loop.start();
  std::vector<int> ran;
  std::promise<void> set;
  loop.submit([&] {
    loop.after(90 * kSecond, [&] {
      ran.push_back(2);
      loop.after(0, [&] { ran.push_back(3); });
    });
    loop.after(kSecond, [&] { ran.push_back(1); });
    auto gone = loop.after(2 * kSecond, [&] { ran.push_back(99); });
    CHECK(loop.cancel(gone));
    CHECK_FALSE(loop.cancel(gone));
    set.set_value();
  });
  set.get_future().wait();
  clock.advance(89 * kSecond);
  CHECK(ran == std::vector<int>{1});
  clock.advance(kSecond);
  CHECK(ran == std::vector<int>{1, 2, 3});
}

TEST_CASE("timers: what is put off runs so much later, once") {
  ManualClock clock;
  Timers timers(clock);
  int asked = 0;
  std::vector<Nanos> ran;
  timers.set_late([&]() -> Nanos { return ++asked == 1 ? 5 : 0; });
  timers.after(10, [&] { ran.push_back(1); });
  timers.after(12, [&] { ran.push_back(2); });
  timers.run_due(12);
  CHECK(ran == std::vector<Nanos>{2});
  CHECK(timers.next() == 15);
  timers.run_due(15);
  CHECK(ran == std::vector<Nanos>{2, 1});
  CHECK(asked == 2);
  const Timers::Id gone = timers.after(10, [&] { ran.push_back(3); });
  CHECK(timers.cancel(gone));
  timers.run_due(100);
  CHECK(ran.size() == 2);
}

TEST_CASE("real clock: delays end") {
  RealClock clock;
  Loop loop(clock, 0);
  loop.start();
  std::promise<int> p;
  loop.submit([&] {
    loop.scope().spawn([](std::promise<int>& done) -> Task<void> {
      co_await Delay(kMillisecond);
      done.set_value(7);
    }(p));
  });
  CHECK(p.get_future().get() == 7);
}
