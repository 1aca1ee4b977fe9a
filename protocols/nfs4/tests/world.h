#pragma once

#include <catch2/catch.hpp>

#include "engine/stores/mem/memory_content.h"
#include "engine/stores/mem/memory_metadata.h"
#include "protocols/nfs4/attrs/attr_set.h"
#include "protocols/nfs4/compound.h"
#include "protocols/nfs4/pseudo.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/rpc/dispatcher.h"

// A server of NFSv4 without sockets, over file systems in memory, which answer at once.
namespace dfs::nfs4::test {

struct Peer final : rpc::Transport {
  std::vector<std::string> replies;  // record marks included
  Endpoint address{*IpAddress::parse("192.0.2.1"), 700};

  void send(SliceList& reply) override {
    replies.push_back(flatten(reply));
    reply.clear();
  }
  void send_after(SliceList& reply, u32) override { send(reply); }
  void call_started() override {}
  void call_ended() override {}
  void hold(size_t) override {}
  void release(size_t) override {}
  void apply(const fault::Action&) override {}
  const Endpoint& peer() const override { return address; }
  Endpoint local() const override { return {}; }
  u64 id() const override { return 1; }
  bool datagram() const override { return false; }
};

// Operations of one COMPOUND, encoded.
class Ops {
 public:
  template <class Args>
  Ops& add(nfs_opnum4 number, const Args& args) {
    bytes_ += wire::encode_to_string([&](wire::Writer& w) {
      w.u32(static_cast<u32>(number));
      encode(w, args);
    });
    ++count_;
    return *this;
  }
  Ops& add(nfs_opnum4 number) { return raw(static_cast<u32>(number)); }
  Ops& raw(u32 number, std::string_view arguments = {}) {
    bytes_ += wire::encode_to_string([&](wire::Writer& w) { w.u32(number); });
    bytes_ += arguments;
    ++count_;
    return *this;
  }
  Ops& append(const Ops& o) {
    bytes_ += o.bytes_;
    count_ += o.count_;
    return *this;
  }
  Ops& lookup(std::string_view name) { return add(OP_LOOKUP, LOOKUP4args{Text::of(name)}); }
  Ops& getattr(const AttrSet& set) {
    static thread_local Arena arena;
    return add(OP_GETATTR, GETATTR4args{set.bitmap(arena)});
  }

  u32 count() const { return count_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  u32 count_ = 0;
};

// A reply, decoded; lives as long as the next one is not asked for.
struct Reply {
  std::string record;
  std::unique_ptr<Arena> arena = std::make_unique<Arena>();
  COMPOUND4res res{};

  nfsstat4 status() const { return res.status; }
  u32 size() const { return res.resarray.size; }
  const nfs_resop4& operator[](u32 i) const { return res.resarray[i]; }
  // Bytes of the RPC reply, without its record mark.
  size_t bytes() const { return record.size() - 4; }
};

class World {
 public:
  explicit World(const std::vector<std::string>& paths = {"/export"}, const Limits& limits = {}) {
    for (const std::string& path : paths) {
      Volume& v = *volumes_.emplace_back(std::make_unique<Volume>(random));
      fs::FileSystemConfig config;
      config.root_mode = 0777;
      auto opened = run_blocking(fs::FileSystem::open(v.metadata, v.content, clock, random, config));
      REQUIRE(opened.has_value());
      v.fs = std::move(*opened);
      fs::ExportRule rule{*IpNetwork::parse("*")};
      rule.squash = fs::Squash::none;
      REQUIRE(exports.add(path, v.fs.get(), {rule}).empty());
    }
    nfs4 = std::make_unique<Nfs4>(exports, sealer, clock, random, faults, trace, drc, limits);
    dispatcher.add(program(*nfs4));
  }

  fs::FileSystem& fs(size_t i = 0) { return *volumes_[i]->fs; }

  // Sends a call's arguments as they are; true when there was a reply.
  bool send(std::string_view arguments, u32 xid) {
    std::string message = wire::encode_to_string([&](wire::Writer& w) {
      for (u32 v : {xid, 0u, 2u, NFS4_PROGRAM, NFS_V4, static_cast<u32>(NFSPROC4_COMPOUND)}) w.u32(v);
      for (u32 v : {1u, 20u, 0u, 0u, 0u, 0u, 0u, 0u, 0u}) w.u32(v);  // AUTH_SYS of root, no verifier
    });
    message += arguments;
    const size_t before = peer.replies.size();
    BlockRef block = BlockRef::allocate(static_cast<u32>(message.size()));
    std::memcpy(block->data(), message.data(), message.size());
    const u8* data = block->data();
    dispatcher.handle(loop, peer, data, static_cast<u32>(message.size()), std::move(block));
    return peer.replies.size() > before;
  }
  static std::string arguments(u32 minor, const Ops& ops, std::string_view tag = {}) {
    return wire::encode_to_string([&](wire::Writer& w) {
             w.text(Text::of(tag));
             w.u32(minor);
             w.u32(ops.count());
           })
        .append(ops.bytes());
  }
  Reply compound(u32 minor, const Ops& ops, std::string_view tag = {}, u32 xid = 0) {
    REQUIRE(send(arguments(minor, ops, tag), xid != 0 ? xid : ++xid_));
    return decode_last();
  }
  Reply decode_last() {
    Reply r;
    r.record = peer.replies.back();
    wire::Reader reader(reinterpret_cast<const u8*>(r.record.data()) + 4, r.record.size() - 4, *r.arena);
    u32 word = 0;
    for (int i = 0; i < 6; ++i) REQUIRE(reader.u32(word));
    REQUIRE(word == 0);  // SUCCESS
    REQUIRE(decode(reader, r.res));
    REQUIRE(reader.finish());
    return r;
  }

  ManualClock clock;
  Random random{7};
  Trace trace{clock};
  fault::Registry faults{random, trace};
  rpc::DuplicateRequestCache drc{clock, {}, SipKey{}};
  fs::ExportTable exports;
  fs::HandleSealer sealer{SipKey{}};
  Loop loop{clock, 0};  // never started
  Peer peer;

 private:
  struct Volume {
    explicit Volume(Random& random) : metadata(random) {}
    stores::MemoryMetadata metadata;
    stores::MemoryContent content{1u << 30};
    std::unique_ptr<fs::FileSystem> fs;
  };
  std::vector<std::unique_ptr<Volume>> volumes_;
  u32 xid_ = 1000;

 public:
  std::unique_ptr<Nfs4> nfs4;
  rpc::Dispatcher dispatcher{faults, trace, drc};
};

}  // namespace dfs::nfs4::test
