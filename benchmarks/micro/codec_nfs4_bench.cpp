// What the wire costs a COMPOUND of three and four operations: SEQUENCE, PUTFH and GETATTR or READ.
#include "benchmarks/micro/codec_bench.h"
#include "protocols/nfs4/nfs4.h"

namespace {

using namespace dfs;
using namespace dfs::bench;
using namespace dfs::nfs4;

constexpr u8 kHandle[32] = {1, 2, 3};
constexpr u32 kAttributes[] = {0x0018091a, 0x00b0a23a};  // what the Linux client asks for

struct Call {
  SEQUENCE4args sequence{.sa_sequenceid = 7, .sa_cachethis = false};
  PUTFH4args putfh{{kHandle, sizeof kHandle}};
  GETATTR4args getattr{{kAttributes, 2}};
  nfs_argop4 ops[3];
  COMPOUND4args args;

  Call() {
    ops[0] = {.argop = OP_SEQUENCE, .opsequence = &sequence};
    ops[1] = {.argop = OP_PUTFH, .opputfh = &putfh};
    ops[2] = {.argop = OP_GETATTR, .opgetattr = &getattr};
    args = {.tag = {}, .minorversion = 2, .argarray = {ops, 3}};
  }
};

// The server's way: one operation after the other, each with the decoder of its own arguments.
bool decode_stepwise(wire::Reader& r) {
  Text tag{};
  u32 minor, count;
  if (!r.text(tag, 1024) || !r.u32(minor) || !r.u32(count)) return false;
  for (u32 i = 0; i < count; ++i) {
    i32 op;
    if (!r.i32(op)) return false;
    const auto arguments = [&]<class Args>(Args* args) {
      return args != nullptr && decode(r, *args) && (benchmark::DoNotOptimize(args), true);
    };
    switch (op) {
      case OP_SEQUENCE:
        if (!arguments(r.arena().make<SEQUENCE4args>())) return false;
        break;
      case OP_PUTFH:
        if (!arguments(r.arena().make<PUTFH4args>())) return false;
        break;
      case OP_GETATTR:
        if (!arguments(r.arena().make<GETATTR4args>())) return false;
        break;
      default:
        return false;
    }
  }
  return r.finish();
}

void decode_compound_getattr(benchmark::State& state) {
  decode_one(state, Call().args, [](wire::Reader& r, COMPOUND4args& v) { return decode(r, v); });
}
void decode_compound_getattr_stepwise(benchmark::State& state) {
  decode_one(state, Call().args, [](wire::Reader& r, COMPOUND4args&) { return decode_stepwise(r); });
}

void encode_compound_getattr(benchmark::State& state) {
  const u8 values[124] = {};
  const SEQUENCE4res sequence{};
  const PUTFH4res putfh{};
  const GETATTR4res getattr{.resok4 = {{.attrmask = {kAttributes, 2}, .attr_vals = {values, sizeof values}}}};
  const nfs_resop4 ops[] = {{.resop = OP_SEQUENCE, .opsequence = &sequence},
                            {.resop = OP_PUTFH, .opputfh = &putfh},
                            {.resop = OP_GETATTR, .opgetattr = &getattr}};
  const COMPOUND4res v{.resarray = {ops, 3}};
  encode_batch(state, [&](wire::Writer& w) { encode(w, v); });
}

// 4 KiB that lie in a block of their own, as a store gives them: sent from there.
void encode_compound_read_4k(benchmark::State& state) {
  SliceList data;
  BlockCursor cursor;
  {
    wire::Writer w(data, cursor);
    std::memset(w.reserve(4096), 'x', 4096);
  }
  const IoPiece piece{data[0].data(), 4096};
  const SEQUENCE4res sequence{};
  const PUTFH4res putfh{};
  const READ4res read{.resok4 = {.eof = true, .data = {&piece, 1, 4096}}};
  const nfs_resop4 ops[] = {{.resop = OP_SEQUENCE, .opsequence = &sequence},
                            {.resop = OP_PUTFH, .opputfh = &putfh},
                            {.resop = OP_READ, .opread = &read}};
  const COMPOUND4res v{.resarray = {ops, 3}};
  SliceList out;
  BlockCursor replies;
  for (auto _ : state) {
    out.clear();
    wire::Writer w(out, replies);
    w.keep = &data;
    encode(w, v);
    w.finish();
    benchmark::DoNotOptimize(out.data());
  }
}

BENCHMARK(decode_compound_getattr);
BENCHMARK(decode_compound_getattr_stepwise);
BENCHMARK(encode_compound_getattr);
BENCHMARK(encode_compound_read_4k);

}  // namespace
