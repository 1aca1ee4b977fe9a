#pragma once

#include "engine/base/fuzz/target.h"
#include "engine/net/record_reader.h"
#include "engine/stores/mem/memory_content.h"
#include "engine/stores/mem/memory_metadata.h"
#include "protocols/mount/program.h"
#include "protocols/nfs3/program.h"
#include "protocols/nfs4/program.h"
#include "protocols/portmap/program.h"
#include "protocols/rpc/dispatcher.h"
#include "protocols/server/fuzz/calls.h"

namespace dfs::fuzz {

// The client of one input: takes replies and holds each against what was asked.
class Peer final : public rpc::Transport {
 public:
  explicit Peer(bool datagram) : datagram_(datagram) {}

  // Before a message is handed to the dispatcher.
  void asks(std::string_view message);
  // What follows the header of the last accepted reply.
  const std::string& results() const { return results_; }
  u32 open_calls() const { return open_calls_; }
  const bool& idle() const { return idle_; }
  size_t held() const { return held_; }
  void send(SliceList& reply) override;
  void send_after(SliceList& reply, u32) override { send(reply); }
  void call_started() override {
    ++open_calls_;
    idle_ = false;
  }
  void call_ended() override { idle_ = --open_calls_ == 0; }
  void hold(size_t bytes) override { held_ += bytes; }
  void release(size_t bytes) override { held_ -= bytes; }
  void apply(const fault::Action&) override {}
  const Endpoint& peer() const override { return address_; }
  Endpoint local() const override { return {}; }
  u64 id() const override { return 1; }
  bool datagram() const override { return datagram_; }

 private:
  void check_results(wire::Reader& r);

  const bool datagram_;
  const Endpoint address_{*IpAddress::parse("127.0.0.1"), 700};
  u32 open_calls_ = 0;
  bool idle_ = true;  // no call is open
  size_t held_ = 0;
  u32 xid_ = 0;
  bool answered_ = true;
  std::optional<CallHeader> asked_;
  std::string results_;
};

// A whole server without its sockets: dispatchers, programs, a file system in memory. The same for every
// input, so that a handle from one run is good in the next.
class World {
 public:
  World();
  ~World();

  // The bytes of a client, cut into reads drawn from `seed`.
  void stream(Peer& peer, bool portmap, std::string_view bytes, u64 seed);
  // One message.
  void message(Peer& peer, bool portmap, std::string_view bytes);

  // Handles of the root directory, a directory, a file, a symbolic link and a file that is gone, and their
  // names; a client of each minor version of NFSv4, with a session, and the file open.
  const Known& known() const { return known_; }

 private:
  void populate();
  void know(fs::NodeRef node, std::string name);
  void know_clients();
  std::string ask(std::string_view arguments);
  void handle(Peer& peer, bool portmap, const u8* data, u32 size, BlockRef block);

  BlockingExecutor executor_;  // this thread's, as long as the world is there
  ManualClock clock_;
  Random random_{1};
  Trace trace_{clock_};
  fault::Registry faults_{random_, trace_};
  stores::MemoryMetadata metadata_{random_};
  stores::MemoryContent content_{1u << 20};
  std::unique_ptr<fs::FileSystem> fs_;
  fs::ExportTable exports_;
  fs::HandleSealer sealer_{SipKey{}};
  rpc::DuplicateRequestCache drc_{clock_, {.entries = 256, .bytes = 1u << 16}, SipKey{}};
  nfs3::Nfs3 nfs3_{exports_, sealer_, {}};
  std::unique_ptr<nfs4::Nfs4> nfs4_;
  mount::Mount mount_{exports_, sealer_, {}};
  portmap::Portmap portmap_{clock_, {}, {}};
  rpc::Dispatcher nfs_dispatcher_{faults_, trace_, drc_}, portmap_dispatcher_{faults_, trace_, drc_};
  Known known_;
  u32 asked_ = 0;
};

}  // namespace dfs::fuzz
