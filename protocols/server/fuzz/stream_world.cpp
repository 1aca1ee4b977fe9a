#include "protocols/server/fuzz/stream_world.h"

#include "engine/wire/codec.h"
#include "engine/wire/table_codec.h"
#include "protocols/nfs4/pseudo.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/rpc/record_framing.h"
#include "protocols/server/fuzz/compounds.h"

namespace dfs::fuzz {
namespace {

constexpr u32 kIoSize = 64 << 10;
constexpr net::RecordLimits kLimits{.max_record = kIoSize + (64 << 10)};
// RFC 5531 9
constexpr u32 kReply = 1, kAccepted = 0, kDenied = 1;

// Never started: the memory store answers at once, and what takes several turns has them on the executor.
Loop& loop() {
  static ManualClock clock;
  static Loop one(clock, 0);
  return one;
}

}  // namespace

void Peer::asks(std::string_view message) {
  xid_ = message.size() < 4 ? 0 : wire::load_u32(reinterpret_cast<const u8*>(message.data()));
  answered_ = false;
  size_t arguments;
  asked_ = parse_call(message, &arguments);
}

// A whole record that answers what was asked last, and once.
void Peer::send(SliceList& reply) {
  const std::string bytes = flatten(reply);
  reply.clear();
  results_ = bytes.substr(std::min<size_t>(bytes.size(), 4 + 24));
  require(!answered_, "a second reply, or one that nobody asked for");
  answered_ = true;
  require(bytes.size() >= 4 + 8 && bytes.size() % 4 == 0, "a reply of {} bytes", bytes.size());
  const u32 mark = wire::load_u32(reinterpret_cast<const u8*>(bytes.data()));
  require(mark == (rpc::kLastFragment | static_cast<u32>(bytes.size() - 4)), "a record mark of {:#x}", mark);
  Arena arena;
  wire::Reader r(reinterpret_cast<const u8*>(bytes.data()) + 4, bytes.size() - 4, arena);
  u32 xid = 0, type = 0, status = 0, flavor = 0, accept = 0;
  Bytes verifier;
  require(r.u32(xid) && xid == xid_ && r.u32(type) && type == kReply && r.u32(status), "no reply header");
  require(status == kAccepted || status == kDenied, "reply_stat {}", status);
  if (status == kDenied) return;
  require(r.u32(flavor) && r.opaque(verifier, 400) && r.u32(accept) && accept <= 5, "no accepted_reply");
  if (accept == 0) check_results(r);
}

// What was carried out has the results that its description says.
void Peer::check_results(wire::Reader& r) {
  require(asked_.has_value(), "a message that is no call was carried out");
  const wire::ProcDesc* p = find_procedure(asked_->program, asked_->version, asked_->procedure);
  require(p != nullptr, "program {} version {} has no procedure {}", asked_->program, asked_->version,
          asked_->procedure);
  if (p->result != nullptr) {
    void* value = r.arena().alloc(p->result->size, p->result->align);
    require(wire::table_decode(*p->result, r, value), "{}: results that cannot be decoded: {} at {}", p->name,
            wire::name(r.error().kind), r.error().offset);
  }
  require(r.finish(), "{}: bytes behind the results", p->name);
}

World::World() {
  fs::FileSystemConfig config;
  config.root_mode = 0777;
  config.max_io = kIoSize;
  auto opened = run_blocking(fs::FileSystem::open(metadata_, content_, clock_, random_, config));
  require(opened.has_value(), "no file system");
  fs_ = std::move(*opened);
  fs::ExportRule rule{*IpNetwork::parse("*")};
  rule.squash = fs::Squash::none;
  require(exports_.add("/export", fs_.get(), {rule}).empty(), "no export");
  nfs3_.limits = {kIoSize, kIoSize, kIoSize};
  nfs_dispatcher_.add(nfs3::program(nfs3_));
  nfs4_ = std::make_unique<nfs4::Nfs4>(exports_, sealer_, clock_, random_, faults_, trace_, drc_,
                                       nfs4::Limits{.io_size = kIoSize, .operations = 16});
  nfs_dispatcher_.add(nfs4::program(*nfs4_));
  nfs_dispatcher_.add(mount::program_v1(mount_));
  nfs_dispatcher_.add(mount::program_v3(mount_));
  portmap_dispatcher_.add(portmap::program_v2(portmap_));
  portmap_dispatcher_.add(portmap::rpcbind_v3(portmap_));
  portmap_dispatcher_.add(portmap::rpcbind_v4(portmap_));
  populate();
}

World::~World() {
  nfs4_.reset();
  fs_.reset();
}

void World::populate() {
  const fs::Credential root{0, 0, {}};
  const auto top = fs_->root();
  auto node = [](const fs::CreateResult& r) { return fs::NodeRef{r.node.id, r.node.generation}; };
  const auto directory = node(run_blocking(fs_->mkdir(root, top, "dir", {})));
  const auto file = node(run_blocking(fs_->create(root, top, "file", fs::CreateHow::guarded, {})));
  SliceList data{Slice::copy_of("some data", 9)};
  run_blocking(
      fs_->write(root, file, 0, std::move(data), fs::Stable::file_sync, fs::IoCheck::owner_override));
  const auto link = node(run_blocking(fs_->symlink(root, top, "link", "dir/nowhere", {})));
  const auto gone = node(run_blocking(fs_->create(root, directory, "gone", fs::CreateHow::guarded, {})));
  run_blocking(fs_->remove(root, directory, "gone"));
  know(top, ".");
  know(directory, "dir");
  know(file, "file");
  know(link, "link");
  know(gone, "gone");
  known_.names.push_back("..");
  know_clients();
}

// Asks for what only a server can give out. The same for every world, since all randomness is.
void World::know_clients() {
  const auto keep = [](std::vector<std::string>& list, const auto& value) {
    list.emplace_back(reinterpret_cast<const char*>(&value), sizeof value);
  };
  const auto one = [this](std::string_view arguments) { return ask(arguments); };
  for (u32 minor : {0u, 1u}) {
    Clientele c{minor, one};
    c.introduce(known_.handles[0]);
    keep(known_.clients, c.client);
    keep(known_.stateids, c.stateid);
    if (minor > 0) keep(known_.sessions, c.session);
  }
  keep(known_.stateids, nfs4::stateid4{});
  nfs4::stateid4 current{1, {}};
  keep(known_.stateids, current);
}

// One COMPOUND; its results, encoded.
std::string World::ask(std::string_view arguments) {
  const CallHeader header{.xid = ++asked_,
                          .program = nfs4::NFS4_PROGRAM,
                          .version = nfs4::NFS_V4,
                          .procedure = nfs4::NFSPROC4_COMPOUND};
  Peer peer(false);
  message(peer, false, call_message(header, arguments));
  return peer.results();
}

void World::know(fs::NodeRef node, std::string name) {
  const auto bytes = sealer_.seal({exports_.all()[0]->id, fs_->uuid(), node});
  known_.handles.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  known_.names.push_back(std::move(name));
}

void World::handle(Peer& peer, bool portmap, const u8* data, u32 size, BlockRef block) {
  peer.asks({reinterpret_cast<const char*>(data), size});
  (portmap ? portmap_dispatcher_ : nfs_dispatcher_).handle(loop(), peer, data, size, std::move(block));
  executor_.run_until(peer.idle());
  require(peer.open_calls() == 0 && peer.held() == 0, "a call that does not end");
}

void World::message(Peer& peer, bool portmap, std::string_view bytes) {
  BlockRef block = BlockRef::allocate(std::max<u32>(1, static_cast<u32>(bytes.size())));
  std::memcpy(block->data(), bytes.data(), bytes.size());
  const u8* p = block->data();
  handle(peer, portmap, p, static_cast<u32>(bytes.size()), std::move(block));
}

void World::stream(Peer& peer, bool portmap, std::string_view bytes, u64 seed) {
  Sequence random(seed);
  const rpc::RecordMarking framing;
  net::RecordReader reader(framing, kLimits);
  auto sink = [&](net::Record r) {
    handle(peer, portmap, r.data, r.size, std::move(r.block));
    return true;
  };
  auto status = net::RecordReader::Status::ok;
  while (!bytes.empty() && status == net::RecordReader::Status::ok) {
    const auto tail = reader.tail();
    const u32 most = tail.size != 0 ? tail.size : 64 << 10;
    const size_t n = std::min<size_t>(bytes.size(), random.below(2) ? most : 1 + random.below(200));
    if (tail.size != 0) {
      const size_t k = std::min<size_t>(n, tail.size);
      std::memcpy(tail.data, bytes.data(), k);
      status = reader.received(static_cast<u32>(k), sink);
      bytes.remove_prefix(k);
      continue;
    }
    BlockRef block = BlockRef::allocate(static_cast<u32>(n));
    std::memcpy(block->data(), bytes.data(), n);
    status = reader.consume(block, block->data(), n, sink).status;
    bytes.remove_prefix(n);
  }
}

}  // namespace dfs::fuzz
