#pragma once

#include <benchmark/benchmark.h>

#include "engine/base/arena.h"
#include "engine/wire/reader.h"
#include "engine/wire/writer.h"

// How codecs are measured: as a loop uses them.
namespace dfs::bench {

// Many values a Writer, as a loop that answers a batch writes them.
template <class Encode>
void encode_batch(benchmark::State& state, Encode&& encode_one) {
  SliceList out;
  BlockCursor cursor;
  while (state.KeepRunningBatch(256)) {
    out.clear();
    wire::Writer w(out, cursor);
    for (int i = 0; i < 256; ++i) encode_one(w);
    w.finish();
    benchmark::DoNotOptimize(out.data());
  }
}

template <class T, class Decode>
void decode_one(benchmark::State& state, const T& value, Decode&& decode) {
  const std::string bytes = wire::encode_to_string([&](wire::Writer& w) { encode(w, value); });
  Arena arena;
  for (auto _ : state) {
    arena.reset();
    wire::Reader r(reinterpret_cast<const u8*>(bytes.data()), bytes.size(), arena);
    T v{};
    benchmark::DoNotOptimize(decode(r, v));
    benchmark::DoNotOptimize(v);
  }
}

}  // namespace dfs::bench
