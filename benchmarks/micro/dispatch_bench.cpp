// A request from its record to its reply, without sockets: RPC header, credential, arguments, handler, reply.
#include <benchmark/benchmark.h>

#include "benchmarks/load/rpc_client.h"
#include "benchmarks/micro/stores.h"
#include "engine/fs/exports.h"
#include "protocols/nfs3/program.h"
#include "protocols/rpc/dispatcher.h"

namespace {

using namespace dfs;

// Keeps nothing of what it is sent.
struct Nowhere final : rpc::Transport {
  void send(SliceList& reply) override {
    bytes += total_size(reply);
    reply.clear();
  }
  void send_after(SliceList& reply, u32) override { send(reply); }
  void call_started() override {}
  void call_ended() override {}
  void hold(size_t) override {}
  void release(size_t) override {}
  void apply(const fault::Action&) override {}
  const Endpoint& peer() const override { return address; }
  Endpoint local() const override { return address; }
  u64 id() const override { return 1; }
  bool datagram() const override { return false; }

  u64 bytes = 0;
  const Endpoint address{*IpAddress::parse("192.0.2.1"), 1000};
};

struct World {
  micro::Files files{"memory"};
  Trace trace{files.clock()};
  fault::Registry faults{files.random(), trace};
  rpc::DuplicateRequestCache drc{files.clock(), {}, SipKey{}};
  rpc::Dispatcher dispatcher{faults, trace, drc};
  fs::ExportTable exports;
  fs::HandleSealer sealer{SipKey{}};
  nfs3::Nfs3 nfs{exports, sealer, {}};
  Loop loop{files.clock(), 0};
  Nowhere transport;

  World() {
    exports.add("/export", &files.fs(), {{.squash = fs::Squash::none}});
    dispatcher.add(nfs3::program(nfs));
  }
  void run(benchmark::State& state, u32 procedure, const std::string& arguments) {
    const std::string call = load::encode_call(7, nfs3::NFS_PROGRAM, nfs3::NFS_V3, procedure, arguments);
    const auto* record = reinterpret_cast<const u8*>(call.data()) + 4;  // behind the record mark
    for (auto _ : state) dispatcher.handle(loop, transport, record, static_cast<u32>(call.size() - 4), {});
    state.counters["reply_bytes"] =
        static_cast<double>(transport.bytes) / static_cast<double>(state.iterations());
  }
  std::string handle(fs::NodeRef node) {
    const auto bytes = sealer.seal({exports.all()[0]->id, files.fs().uuid(), node});
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

void dispatch_null(benchmark::State& state) { World().run(state, nfs3::NFSPROC3_NULL, ""); }
void dispatch_getattr(benchmark::State& state) {
  World w;
  const std::string file = w.handle(w.files.file(w.files.fs().root(), "f"));
  w.run(state, nfs3::NFSPROC3_GETATTR, load::encoded(nfs3::GETATTR3args{{Bytes::of(file)}}));
}
void dispatch_lookup(benchmark::State& state) {
  World w;
  w.files.file(w.files.fs().root(), "f");
  const std::string root = w.handle(w.files.fs().root());
  w.run(state, nfs3::NFSPROC3_LOOKUP, load::encoded(nfs3::LOOKUP3args{{{Bytes::of(root)}, Text::of("f")}}));
}

BENCHMARK(dispatch_null);
BENCHMARK(dispatch_getattr);
BENCHMARK(dispatch_lookup);

}  // namespace
