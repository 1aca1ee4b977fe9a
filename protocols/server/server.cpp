#include "protocols/server/server.h"

#include <future>

#include "engine/base/log.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/rpc/record_framing.h"
#include "protocols/server/run_on.h"
#include "protocols/server/service.h"

namespace dfs::server {
namespace {

u64 seed_of(const Config& config) {
  if (config.seed != 0) return static_cast<u64>(config.seed);
  u64 seed;
  secure_random_bytes(&seed, sizeof seed);
  return seed;
}

Nanos seconds(double s) { return static_cast<Nanos>(s * 1e9); }

net::ConnectionLimits limits_of(const Config& c) {
  net::ConnectionLimits l;
  // A WRITE of io_size with its header, handle and credential.
  l.record.max_record = static_cast<u32>(c.io_size) + (64u << 10);
  l.max_in_flight = static_cast<u32>(c.max_in_flight);
  l.max_bytes = static_cast<size_t>(c.max_connection_bytes);
  l.max_total_bytes = static_cast<size_t>(c.max_total_bytes);
  l.turn_requests = static_cast<u32>(c.turn_requests);
  l.turn_bytes = static_cast<size_t>(c.turn_bytes);
  l.idle_timeout = seconds(c.idle_timeout);
  l.stall_timeout = seconds(c.stall_timeout);
  return l;
}

nfs4::Limits nfs4_limits(const Config& c) {
  nfs4::Limits l;
  l.io_size = static_cast<u32>(c.io_size);
  l.operations = static_cast<u32>(c.max_operations);
  l.lease = c.lease_time * kSecond;
  l.grace = c.grace_time * kSecond;
  l.courtesy = c.courtesy_time * kSecond;
  l.courtesy_clients = static_cast<u32>(c.courtesy_clients);
  l.delegations = c.delegations;
  l.max_delegations = static_cast<u64>(c.max_delegations);
  l.max_read_delegations = static_cast<u64>(c.max_read_delegations);
  l.max_write_delegations = static_cast<u64>(c.max_write_delegations);
  l.max_dir_delegations = static_cast<u64>(c.max_dir_delegations);
  l.dir_notify_delay = seconds(c.dir_notify_delay);
  l.dir_notify_batch = static_cast<size_t>(c.dir_notify_batch);
  l.dir_notify_backlog = static_cast<size_t>(c.dir_notify_backlog);
  l.dir_notify_entries = static_cast<size_t>(c.dir_notify_entries);
  l.max_wants = static_cast<u64>(c.max_wants);
  l.recall_wait = seconds(c.recall_wait);
  l.callback_timeout = seconds(c.callback_timeout);
  l.async_copy = static_cast<u64>(c.async_copy);
  return l;
}

u16 parse_mode(const std::string& octal) { return static_cast<u16>(std::stoul(octal, nullptr, 8)); }

const rpc::RecordMarking kRecordMarking;

}  // namespace

Server::Server(Config config, Parts parts)
    : config_(std::move(config)),
      parts_(std::move(parts)),
      real_clock_(parts_.clock ? nullptr : std::make_unique<RealClock>()),
      clock_(parts_.clock ? parts_.clock : real_clock_.get()),
      random_(seed_of(config_)),
      trace_(*clock_),
      capture_(trace_, *clock_),
      faults_(random_, trace_),
      hooks_(parts_.hook),
      net_{faults_, trace_},
      limits_(limits_of(config_)),
      admission_(static_cast<u32>(config_.max_connections),
                 static_cast<u32>(config_.max_connections_per_address)) {
  net_.capture = &capture_;
  trace_.enable(config_.trace);
  fs::declare_store_points(faults_);
}

Server::~Server() { crash(); }

std::string Server::start() {
  if (std::string error = validate(config_); !error.empty()) return error;
  std::string error = open_outputs();
  workers_ = std::make_unique<Workers>(static_cast<unsigned>(config_.workers));
  if (error.empty()) error = arm_configured(false);
  if (error.empty()) error = open_volumes();
  if (error.empty()) error = open_key();
  if (error.empty()) {
    start_loops();
    running_ = true;
    error = open_ports();
  }
  if (!error.empty()) {
    stop();
    return error;
  }
  register_services();
  return {};
}

std::string Server::arm_configured(bool detailed) {
  for (const FaultConfig& f : config_.faults) {
    if (f.rule.point.detail.empty() == detailed) continue;
    if (auto id = faults_.arm(f.rule); !id) return fmt::format("{}: {}", f.where, id.error());
  }
  return {};
}

std::string Server::open_volumes() {
  for (const ExportConfig& e : config_.exports) {
    auto stores = parts_.stores({config_, e, *clock_, random_, *workers_});
    if (!stores) return stores.error();
    volumes_.emplace_back(std::move(*stores), trace_, faults_);
    Volume& v = volumes_.back();
    fs::FileSystemConfig fc;
    fc.root_mode = parse_mode(config_.root_mode);
    fc.max_io = static_cast<u32>(config_.io_size);
    fc.relatime = config_.atime;
    fc.keep_orphans = true;  // until NFSv4's recovery is over
    auto opened = run_blocking(fs::FileSystem::open(*v.metadata, *v.content, *clock_, random_, fc));
    if (!opened) return fmt::format("the store of {} cannot be used: {}", e.path, fs::name(opened.error()));
    v.file_system = std::move(*opened);
    if (std::string error = exports_.add(e.path, v.file_system.get(), e.rules); !error.empty()) return error;
  }
  return {};
}

nfs4::Snapshot Server::state() { return running_ ? nfs4::take_snapshot(*nfs4_->state) : nfs4::Snapshot{}; }

std::vector<std::string> Server::check_state() {
  return running_ ? nfs4::check_invariants(*nfs4_->state) : std::vector<std::string>{};
}

void Server::end_grace() {
  if (running_) nfs4_->state->recovery.end_grace();
}

void Server::start_loops() {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  const auto count = config_.loops != 0 ? static_cast<unsigned>(config_.loops) : std::min(cores, 64u);
  // A share has room for the largest request.
  limits_.max_unfinished_bytes = std::max<size_t>(static_cast<size_t>(config_.max_unfinished_bytes) / count,
                                                  size_t{2} * limits_.record.max_record);
  for (unsigned i = 0; i < count; ++i) {
    loops_.push_back(std::make_unique<LoopState>());
    loops_.back()->loop = std::make_unique<Loop>(*clock_, i);
    effects_.tap_timers(*loops_.back()->loop);
    loops_.back()->loop->start();
  }
}

std::string Server::open_ports() {
  SipKey drc_key;
  random_.fill(drc_key.data(), drc_key.size());
  const rpc::DrcConfig drc{static_cast<u32>(config_.drc_entries), static_cast<u64>(config_.drc_bytes),
                           seconds(config_.drc_lifetime)};
  drc_ = std::make_unique<rpc::DuplicateRequestCache>(*clock_, drc, drc_key);
  nfs3_ = std::make_unique<nfs3::Nfs3>(nfs3::Nfs3{exports_, *sealer_, {}});
  nfs3_->limits.io_size = nfs3_->limits.preferred_io = static_cast<u32>(config_.io_size);
  mount_.reset(new mount::Mount{exports_, *sealer_, {}});
  nfs4_ = std::make_unique<nfs4::Nfs4>(exports_, *sealer_, *clock_, random_, faults_, trace_, *drc_,
                                       nfs4_limits(config_));
  nfs4_->hooks = &hooks_;
  nfs4_->owners.domain = config_.domain;
  nfs4::Owners::parse(config_.users, &nfs4_->owners.users);  // validate() has looked at both
  nfs4::Owners::parse(config_.groups, &nfs4_->owners.groups);
  if (std::string e = nfs4_->state->recovery.begin(); !e.empty()) return e;
  if (std::string e = nfs4_->state->persistence.begin(); !e.empty()) return e;
  nfs3_->promises = &nfs4_->state->delegations;
  effects_.serve(nfs4_.get());
  nfs_service_ = std::make_unique<Service>(*this);
  dialer_ = std::make_unique<CallbackDialer>(*loops_[0]->loop, loops_[0]->connector,
                                             [this](Loop& loop, int fd, const Endpoint& peer) {
                                               return adopt(
                                                          *nfs_service_, loop, fd, peer, [] {}, true)
                                                   .id();
                                             });
  streams_.dialer = dialer_.get();
  run_on(*loops_[0]->loop, [&] { nfs4_->state->start(*loops_[0]->loop, &streams_); });
  nfs_service_->dispatcher.add(nfs3::program(*nfs3_));
  nfs_service_->dispatcher.add(nfs4::program(*nfs4_));
  nfs_service_->dispatcher.add(mount::program_v1(*mount_));
  nfs_service_->dispatcher.add(mount::program_v3(*mount_));
  if (std::string e = arm_configured(true); !e.empty()) return e;
  if (std::string e = serve(*nfs_service_, static_cast<u16>(config_.nfs_port), &ports_.nfs); !e.empty())
    return e;
  if (!config_.portmap) return {};

  portmap_.reset(new portmap::Portmap{*clock_, {}, {}});
  portmap_service_ = std::make_unique<Service>(*this);
  portmap_service_->dispatcher.add(portmap::program_v2(*portmap_));
  portmap_service_->dispatcher.add(portmap::rpcbind_v3(*portmap_));
  portmap_service_->dispatcher.add(portmap::rpcbind_v4(*portmap_));
  return serve(*portmap_service_, static_cast<u16>(config_.portmap_port), &ports_.portmap);
}

std::shared_ptr<LocalClient> Server::connect_local() {
  DFS_CHECK(running_);
  const u64 id = net_.next_id.fetch_add(1, std::memory_order_relaxed);
  auto client =
      std::make_shared<LocalClient>(*loops_[id % loops_.size()]->loop, nfs_service_->dispatcher, id);
  std::lock_guard lock(locals_mutex_);
  std::erase_if(locals_, [](const auto& l) { return l.expired(); });
  locals_.push_back(client);
  return client;
}

std::string Server::serve(Service& service, u16 port, u16* bound) {
  if (!parts_.listen) return {};
  // The system chooses (0) a port that is free for TCP. For UDP somebody may have it: then it chooses again.
  const int tries = port == 0 ? 64 : 1;
  std::string error;
  for (int i = 0; i < tries; ++i) {
    error = listen(service, port, bound);
    if (error.empty() || !service.datagrams) break;
    service.listener->close();
  }
  return error;
}

std::string Server::listen(Service& service, u16 port, u16* bound) {
  std::vector<Loop*> loops;
  for (auto& l : loops_) loops.push_back(l->loop.get());
  service.listener = std::make_unique<net::TcpListener>(loops, net_, admission_);
  const Endpoint where{*IpAddress::parse(config_.address), port};
  auto tcp = service.listener->listen(
      where, [this, &service](Loop& loop, int fd, const Endpoint& peer) { accept(service, loop, fd, peer); });
  if (!tcp) return tcp.error();
  *bound = tcp->port;
  if (!config_.udp) return {};
  service.datagrams = std::make_unique<rpc::DatagramService>(*loops_[0]->loop, service.dispatcher,
                                                             limits_.max_in_flight, &capture_);
  auto udp = service.datagrams->bind({where.ip, tcp->port});
  return udp ? std::string() : udp.error();
}

net::Connection& Server::adopt(Service& service, Loop& loop, int fd, const Endpoint& peer,
                               UniqueFunction<void()> closed, bool ours) {
  net::ConnectionSet& set = loops_[loop.index()]->connections;
  auto connection = std::make_unique<net::Connection>(loop, net_, kRecordMarking, limits_, set);
  auto transport =
      std::make_unique<rpc::StreamTransport>(*connection, service.dispatcher, streams_, std::move(closed));
  net::Connection& c = *connection;
  transport->opened();
  set.add(std::move(connection));
  c.open(fd, peer, std::move(transport), ours);
  return c;
}

void Server::accept(Service& service, Loop& loop, int fd, const Endpoint& peer) {
  adopt(
      service, loop, fd, peer, [this, ip = peer.ip] { admission_.release(ip); }, false);
}

void Server::register_services() {
  if (!portmap_) return;
  const IpAddress address = *IpAddress::parse(config_.address);
  auto add = [&](u32 program, u32 version, u16 port, bool datagrams = true) {
    for (const char* base : {"tcp", "udp"}) {
      if (!(config_.udp && datagrams) && base[0] == 'u') continue;
      // An IPv6 wildcard socket takes IPv4 peers as well.
      const bool v6 = !address.is_v4();
      const bool both = v6 && address == IpAddress{};
      if (!v6 || both)
        portmap_->registry.set(
            {program, version, base, {address, port}, std::string(portmap::Registry::kServer)});
      if (v6)
        portmap_->registry.set({program,
                                version,
                                std::string(base) + "6",
                                {address, port},
                                std::string(portmap::Registry::kServer)});
    }
  };
  for (u32 v : {2u, 3u, 4u}) add(portmap::PMAP_PROG, v, ports_.portmap);
  for (u32 v : {1u, 3u}) add(mount::MOUNT_PROGRAM, v, ports_.nfs);
  add(nfs3::NFS_PROGRAM, nfs3::NFS_V3, ports_.nfs);
  add(nfs4::NFS4_PROGRAM, nfs4::NFS_V4, ports_.nfs, false);
}

}  // namespace dfs::server
