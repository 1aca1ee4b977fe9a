// What a fault point costs: unarmed, it is on every path of every request.
#include <benchmark/benchmark.h>

#include "engine/fault/registry.h"

namespace {

using namespace dfs;
using fault::Point;

struct World {
  RealClock clock;
  Random random{1};
  Trace trace{clock};
  fault::Registry faults{random, trace};

  void arm(Point point, fault::Trigger trigger) {
    fault::Rule rule{};
    rule.point.point = point;
    rule.trigger = trigger;
    if (!faults.arm(rule)) std::abort();
  }
};

void check(benchmark::State& state, World& w) {
  u64 bytes = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(w.faults.check(Point::net_read, {.conn = 1, .bytes = ++bytes}));
}

void fault_unarmed(benchmark::State& state) {
  World w;
  check(state, w);
}
// A rule elsewhere leaves this point as it was.
void fault_armed_elsewhere(benchmark::State& state) {
  World w;
  w.arm(Point::net_write, {});
  check(state, w);
}
void fault_armed_filtered_out(benchmark::State& state) {
  World w;
  w.arm(Point::net_read, {.conn = 99});
  check(state, w);
}
void fault_armed_and_firing(benchmark::State& state) {
  World w;
  w.arm(Point::net_read, {});
  check(state, w);
}

BENCHMARK(fault_unarmed);
BENCHMARK(fault_armed_elsewhere);
BENCHMARK(fault_armed_filtered_out);
BENCHMARK(fault_armed_and_firing);

}  // namespace
