// What decoding and encoding the messages of the hot path costs, compiled and table-driven.
#include "benchmarks/micro/codec_bench.h"
#include "engine/wire/table_codec.h"
#include "protocols/nfs3/nfs3.h"

namespace {

using namespace dfs;
using namespace dfs::bench;

nfs3::GETATTR3res getattr_reply() {
  nfs3::GETATTR3res r{};
  r.resok.obj_attributes = {.type = nfs3::NF3REG, .mode = 0644, .nlink = 1, .size = 4096, .fileid = 7};
  return r;
}

nfs3::LOOKUP3args lookup_call() {
  static const u8 handle[64] = {1, 2, 3};
  return {.what = {.dir = {{handle, sizeof handle}}, .name = Text::of("some-file-name.txt")}};
}

nfs3::READDIRPLUS3res readdirplus_reply(Arena& arena) {
  auto* entries = arena.make<nfs3::entryplus3>(100);
  for (u32 i = 0; i < 100; ++i) {
    entries[i] = {.fileid = i, .name = Text::of("some-file-name.txt"), .cookie = i};
    entries[i].name_attributes.attributes_follow = true;
    entries[i].name_attributes.attributes = getattr_reply().resok.obj_attributes;
    entries[i].name_handle.handle_follows = true;
    entries[i].name_handle.handle = lookup_call().what.dir;
  }
  nfs3::READDIRPLUS3res r{};
  r.resok.reply.entries = {entries, 100};
  return r;
}

void encode_getattr(benchmark::State& state) {
  const auto v = getattr_reply();
  encode_batch(state, [&](wire::Writer& w) { encode(w, v); });
}
void encode_getattr_by_table(benchmark::State& state) {
  const auto v = getattr_reply();
  encode_batch(state, [&](wire::Writer& w) { wire::table_encode(nfs3::GETATTR3res_desc, w, &v); });
}
void decode_getattr(benchmark::State& state) {
  decode_one(state, getattr_reply(), [](wire::Reader& r, nfs3::GETATTR3res& v) { return decode(r, v); });
}
void decode_getattr_by_table(benchmark::State& state) {
  decode_one(state, getattr_reply(), [](wire::Reader& r, nfs3::GETATTR3res& v) {
    return wire::table_decode(nfs3::GETATTR3res_desc, r, &v);
  });
}
void decode_lookup(benchmark::State& state) {
  decode_one(state, lookup_call(), [](wire::Reader& r, nfs3::LOOKUP3args& v) { return decode(r, v); });
}
// 100 entries with attributes and handles.
void encode_readdirplus(benchmark::State& state) {
  Arena arena;
  const auto v = readdirplus_reply(arena);
  SliceList out;
  BlockCursor cursor;
  for (auto _ : state) {
    out.clear();
    wire::Writer w(out, cursor);
    encode(w, v);
    w.finish();
  }
  state.counters["per_entry"] =
      benchmark::Counter(100, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
void size_readdirplus(benchmark::State& state) {
  Arena arena;
  const auto v = readdirplus_reply(arena);
  for (auto _ : state) benchmark::DoNotOptimize(encoded_size(v));
}

BENCHMARK(encode_getattr);
BENCHMARK(encode_getattr_by_table);
BENCHMARK(decode_getattr);
BENCHMARK(decode_getattr_by_table);
BENCHMARK(decode_lookup);
BENCHMARK(encode_readdirplus);
BENCHMARK(size_readdirplus);

}  // namespace
