// dfs start
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "engine/base/log.h"
#include "protocols/server/admin/admin.h"
#include "protocols/server/cli/commands.h"

namespace dfs::server::cli {
namespace {

log::Level level_of(const std::string& name) {
  const char* names[] = {"trace", "debug", "info", "warn", "error", "off"};
  for (int i = 0; i < 6; ++i)
    if (name == names[i]) return static_cast<log::Level>(i);
  return log::Level::info;
}

void print_mount_commands(const Server& server) {
  const Config& c = server.config();
  const std::string host = c.address == "0.0.0.0" || c.address == "::" ? "127.0.0.1" : c.address;
  const int port = server.ports().nfs;
  fmt::print("\nMount it (as root on a Linux client):\n");
  for (const auto& e : c.exports)
    fmt::print("  mount -t nfs -o vers=4.2,proto=tcp,port={} {}:{} /mnt\n", port, host, e.path);
  for (const auto& e : c.exports)
    fmt::print("  mount -t nfs -o vers=3,proto=tcp,port={},mountproto=tcp,mountport={},nolock {}:{} /mnt\n",
               port, port, host, e.path);
  fmt::print("or without root, with libnfs-utils:\n");
  for (const auto& e : c.exports)
    fmt::print("  nfs-ls 'nfs://{}{}?version=3&nfsport={}&mountport={}'\n", host, e.path, port, port);
}

// A connection is a descriptor: as many as we may have, not as few as a shell gives.
void raise_descriptor_limit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void say_ready(const Server& server, const std::string& socket) {
  const auto port = [](i64 p) { return p != 0 ? std::to_string(p) : std::string("off"); };
  const Ports ports = server.ports();
  fmt::print("ready nfs={} mount={} portmap={} admin={}\n", ports.nfs, ports.nfs, port(ports.portmap),
             port(server.config().admin_port));
  print_mount_commands(server);
  if (!socket.empty()) fmt::print("Look inside: dfs state --socket {}\n", socket);
  std::fflush(stdout);
}

// One run, until a signal or a fault rule ends it. *again: the rule wants another one, on the same stores and
// ports; its rules go on then, as `rules` has them.
int run(Config& config, const sigset_t& signals, bool* again, std::vector<fault::RuleRow>* rules) {
  *again = false;
  Server server(config);
  server.faults().adopt(*rules);
  // From a request, which cannot wait for its own end.
  server.effects().on_crashed([] { kill(getpid(), SIGUSR1); });
  if (std::string error = server.start(); !error.empty()) return complain(error);
  CurrentServer current;
  current.put(&server);
  admin::Admin admin(current);
  if (std::string error = admin.start(config, server.ports().nfs); !error.empty()) {
    admin.stop();
    server.stop();
    return complain(error);
  }
  say_ready(server, admin.socket());

  int received = 0;
  do sigwait(&signals, &received);
  while (received == SIGUSR1 && server.effects().fate() == FaultEffects::Fate::none);
  admin.stop();
  if (received == SIGUSR1) {
    *rules = server.faults().rules();
    const Ports ports = server.ports();
    server.crash();
    if (server.effects().fate() == FaultEffects::Fate::crash)
      return complain("a fault rule has cut the power");
    log::info("a fault rule has cut the power; starting again");
    config.nfs_port = ports.nfs;
    if (ports.portmap != 0) config.portmap_port = ports.portmap;
    config.faults.clear();
    *again = true;
    return 0;
  }
  log::info("signal {}: finishing what is under way", received);
  if (std::string error = server.stop(); !error.empty()) return complain(error);
  return 0;
}

}  // namespace

int start(const ConfigOptions& options) {
  auto config = assemble(options);
  if (!config) return complain(config.error());
  log::configure(level_of(config->log_level), config->log_file);

  // Blocked before any thread is made, so that only sigwait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();

  std::vector<fault::RuleRow> rules;
  for (bool again = true; again;)
    if (const int status = run(*config, signals, &again, &rules); status != 0) return status;
  return 0;
}

}  // namespace dfs::server::cli
