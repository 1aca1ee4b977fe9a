// What it costs to call something that may have to wait, when it does not and when it does.
#include <benchmark/benchmark.h>

#include "engine/loop/executor.h"
#include "engine/loop/then.h"

namespace {

using namespace dfs;

Task<u64> coroutine(u64 v) { co_return v + 1; }
Async<u64> ready(u64 v) { return v + 1; }
Async<u64> suspended(u64 v) { return coroutine(v); }
Task<u64> nested(u64 v) { co_return co_await coroutine(v) + 1; }

// A store that answers at once: no frame.
void await_ready(benchmark::State& state) {
  u64 v = 0;
  for (auto _ : state) {
    auto r = then(ready(v), [](u64 x) { return x + 1; });
    benchmark::DoNotOptimize(v = std::move(r).get());
  }
}
// One coroutine frame from the pool.
void await_task(benchmark::State& state) {
  BlockingExecutor here;
  u64 v = 0;
  for (auto _ : state) benchmark::DoNotOptimize(v = run_blocking(suspended(v)));
}
void await_nested_task(benchmark::State& state) {
  BlockingExecutor here;
  u64 v = 0;
  for (auto _ : state) benchmark::DoNotOptimize(v = run_blocking(Async<u64>(nested(v))));
}
// `then` behind something that suspends.
void await_then_task(benchmark::State& state) {
  BlockingExecutor here;
  u64 v = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(v = run_blocking(then(suspended(v), [](u64 x) { return x + 1; })));
}

BENCHMARK(await_ready);
BENCHMARK(await_task);
BENCHMARK(await_nested_task);
BENCHMARK(await_then_task);

}  // namespace
