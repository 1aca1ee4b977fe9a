#include <fmt/format.h>

#include <random>

#include "benchmarks/load/setup.h"

namespace dfs::load {

using namespace nfs3;

namespace {

constexpr u64 kFileSize = 64u << 20;
constexpr u32 kEntries = 10'000;

std::string nfs_call(u32 procedure, const std::string& arguments) {
  return encode_call(0, NFS_PROGRAM, NFS_V3, procedure, arguments);
}

// One request, or one of many, over and over.
class Prepared final : public Workload {
 public:
  Prepared(std::vector<std::string> requests, u64 bytes) : requests_(std::move(requests)), bytes_(bytes) {}
  std::string& next(u32, u32) override { return requests_.draw(); }
  u64 bytes() const override { return bytes_; }

 private:
  Requests requests_;
  u64 bytes_;
};

// Every slot makes a name of its own and removes it again.
class CreateRemove final : public Workload {
 public:
  CreateRemove(Setup& setup, const Setup::Handle& dir, u32 connections, u32 depth) : depth_(depth) {
    for (u32 i = 0; i < connections * depth; ++i) {
      const std::string name = fmt::format("slot-{}", i);
      CREATE3args create{};
      create.where = {Setup::fh(dir), Text::of(name)};
      create.how.mode = UNCHECKED;
      create.how.obj_attributes.mode.set_it = true;
      create.how.obj_attributes.mode.mode = 0644;
      const REMOVE3args remove{{Setup::fh(dir), Text::of(name)}};
      Arena arena;
      setup.call<REMOVE3res>(NFSPROC3_REMOVE, remove, arena);  // what an earlier run left
      slots_.push_back(
          {nfs_call(NFSPROC3_CREATE, encoded(create)), nfs_call(NFSPROC3_REMOVE, encoded(remove)), false});
    }
  }
  std::string& next(u32 connection, u32 slot) override {
    Slot& s = slots_[connection * depth_ + slot];
    s.created = !s.created;
    return s.created ? s.create : s.remove;
  }
  u32 completed(u32 connection, u32 slot, const u8*, u32) override {
    return slots_[connection * depth_ + slot].created ? 0 : 1;
  }

 private:
  struct Slot {
    std::string create, remove;
    bool created;
  };
  u32 depth_;
  std::vector<Slot> slots_;
};

// Lists a directory over and over; the next page depends on the last.
class List final : public Workload {
 public:
  List(const Setup::Handle& dir, u32 slots) : dir_(dir), states_(slots) {}
  std::string& next(u32, u32 slot) override {
    READDIRPLUS3args args{};
    args.dir = Setup::fh(dir_);
    args.cookie = states_[slot].cookie;
    args.cookieverf = states_[slot].verf;
    args.dircount = args.maxcount = 65536;
    request_ = nfs_call(NFSPROC3_READDIRPLUS, encoded(args));
    return request_;
  }
  u32 completed(u32, u32 slot, const u8* reply, u32 size) override {
    arena_.reset();
    wire::Reader r(reply + 24, size - 24, arena_);
    READDIRPLUS3res res{};
    if (!decode(r, res) || res.status != NFS3_OK) throw std::runtime_error("READDIRPLUS failed");
    State& s = states_[slot];
    s.verf = res.resok.cookieverf;
    const auto& entries = res.resok.reply.entries;
    s.cookie = res.resok.reply.eof || entries.empty() ? 0 : entries[entries.size - 1].cookie;
    if (s.cookie == 0) s.verf = {};
    return entries.size;
  }

 private:
  struct State {
    u64 cookie = 0;
    std::array<u8, 8> verf{};
  };
  std::string dir_, request_;
  std::vector<State> states_;
  Arena arena_;
};

std::unique_ptr<Workload> io(Setup& setup, const Setup::Handle& dir, bool write, u32 size) {
  const auto h = setup.filled_file(dir, "data", kFileSize);
  std::mt19937_64 random(7);
  std::vector<std::string> requests;
  const std::string block(size, 'y');
  const IoPiece piece{reinterpret_cast<const u8*>(block.data()), size};
  const u32 count = std::min<u32>(1024, static_cast<u32>(kFileSize / size));
  for (u32 i = 0; i < count; ++i) {
    const u64 offset = size <= 4096 ? random() % (kFileSize / size) * size : u64{i} * size;
    if (write) {
      WRITE3args args{};
      args.file = Setup::fh(h);
      args.offset = offset;
      args.count = size;
      args.stable = UNSTABLE;
      args.data = {&piece, 1, size};
      requests.push_back(nfs_call(NFSPROC3_WRITE, encoded(args)));
    } else {
      requests.push_back(nfs_call(NFSPROC3_READ, encoded(READ3args{Setup::fh(h), offset, size})));
    }
  }
  return std::make_unique<Prepared>(std::move(requests), size);
}

}  // namespace

std::unique_ptr<Workload> make_nfs3_workload(const std::string& kind, const Target& target, u32 connections,
                                             u32 depth) {
  auto single = [](u32 procedure, const std::string& args) {
    return std::make_unique<Prepared>(std::vector<std::string>{nfs_call(procedure, args)}, 0);
  };
  if (kind == "null") return single(NFSPROC3_NULL, "");
  Setup setup(target);
  const auto dir = setup.directory(setup.root(), "dfs-bench");
  if (kind == "getattr")
    return single(NFSPROC3_GETATTR, encoded(GETATTR3args{Setup::fh(setup.file(dir, "one"))}));
  if (kind == "create_remove")
    return std::make_unique<CreateRemove>(setup, setup.directory(dir, "pairs"), connections, depth);
  if (kind == "lookup" || kind == "readdirplus") {
    const auto many = setup.directory(dir, "many");
    std::vector<std::string> requests;
    for (u32 i = 0; i < kEntries; ++i) {
      const std::string name = fmt::format("entry-{:05}", i);
      setup.file(many, name);
      requests.push_back(nfs_call(NFSPROC3_LOOKUP, encoded(LOOKUP3args{{Setup::fh(many), Text::of(name)}})));
    }
    if (kind == "lookup") return std::make_unique<Prepared>(std::move(requests), 0);
    return std::make_unique<List>(many, connections * depth);
  }
  for (const auto& [name, size] : {std::pair{"4k", 4096u}, {"64k", 65536u}, {"1m", 1u << 20}}) {
    if (kind == std::string("read") + name) return io(setup, dir, false, size);
    if (kind == std::string("write") + name) return io(setup, dir, true, size);
  }
  throw std::runtime_error(fmt::format("there is no workload {}", kind));
}

}  // namespace dfs::load
