#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "engine/base/log.h"
#include "protocols/server/check_store.h"
#include "protocols/server/server.h"

extern char** environ;

namespace {

using namespace dfs;
using namespace dfs::server;

#ifndef DFS_VERSION
#define DFS_VERSION "unknown"
#endif
constexpr const char* kDefaultFile = "dittofs.yaml";

int complain(const std::string& what) {
  const bool colour = isatty(fileno(stderr)) != 0;
  fmt::print(stderr, "{}error:{} {}\n", colour ? "\033[1;31m" : "", colour ? "\033[0m" : "", what);
  return 1;
}

log::Level level_of(const std::string& name) {
  const char* names[] = {"trace", "debug", "info", "warn", "error", "off"};
  for (int i = 0; i < 6; ++i)
    if (name == names[i]) return static_cast<log::Level>(i);
  return log::Level::info;
}

// Options of `dfs start` that go before the file and the environment.
struct StartOptions {
  std::string file;
  bool memory = false;
  std::vector<std::string> exports;
  std::vector<std::string> sets;
  std::optional<int> nfs_port, portmap_port;
  std::string address, data_dir;
};

// File, then environment, then command line; the last word wins.
Result<Config, std::string> assemble(const StartOptions& o) {
  Config config;
  const bool named = !o.file.empty();
  if (named || std::filesystem::exists(kDefaultFile)) {
    auto loaded = load_config(named ? o.file : kDefaultFile, config);
    if (!loaded) return loaded;
    config = std::move(*loaded);
  }
  if (std::string e = apply_environment(config, environ); !e.empty()) return failure(e);
  for (const auto& s : o.sets) {
    const size_t equals = s.find('=');
    if (equals == std::string::npos) return failure(fmt::format("--set {}: write it as setting=value", s));
    if (std::string e = set(config, s.substr(0, equals), s.substr(equals + 1)); !e.empty()) return failure(e);
  }
  if (o.memory) config.store = "memory";
  if (o.nfs_port) config.nfs_port = *o.nfs_port;
  if (o.portmap_port) {
    config.portmap = *o.portmap_port >= 0;
    config.portmap_port = std::max(0, *o.portmap_port);
  }
  if (!o.address.empty()) config.address = o.address;
  if (!o.data_dir.empty()) config.data_dir = o.data_dir;
  if (!o.exports.empty()) config.exports.clear();
  for (const auto& text : o.exports)
    if (std::string error = add_export(config, text); !error.empty()) return failure(error);
  if (config.exports.empty()) config.exports.push_back(*parse_export("/export=rw"));
  return config;
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
  std::fflush(stdout);
}

// A connection is a descriptor: as many as we may have, not as few as a shell gives.
void raise_descriptor_limit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// One run, until a signal or a fault rule ends it. *again: the rule wants another one, on the same stores and
// ports.
int run(Config& config, const sigset_t& signals, bool* again) {
  *again = false;
  Server server(config);
  // From a request, which cannot wait for its own end.
  server.effects().on_crashed([] { kill(getpid(), SIGUSR1); });
  if (std::string error = server.start(); !error.empty()) return complain(error);
  const Ports ports = server.ports();
  fmt::print("ready nfs={} mount={} portmap={} admin=off\n", ports.nfs, ports.nfs,
             ports.portmap != 0 ? std::to_string(ports.portmap) : "off");
  std::fflush(stdout);
  print_mount_commands(server);

  int received = 0;
  do sigwait(&signals, &received);
  while (received == SIGUSR1 && server.effects().fate() == FaultEffects::Fate::none);
  if (received == SIGUSR1) {
    server.crash();
    if (server.effects().fate() == FaultEffects::Fate::crash)
      return complain("a fault rule has cut the power");
    log::info("a fault rule has cut the power; starting again");
    config.nfs_port = ports.nfs;
    if (ports.portmap != 0) config.portmap_port = ports.portmap;
    *again = true;
    return 0;
  }
  log::info("signal {}: finishing what is under way", received);
  if (std::string error = server.stop(); !error.empty()) return complain(error);
  return 0;
}

int start(const StartOptions& options) {
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

  for (bool again = true; again;)
    if (const int status = run(*config, signals, &again); status != 0) return status;
  return 0;
}

int init(const std::string& file, bool force) {
  if (std::filesystem::exists(file) && !force)
    return complain(fmt::format("{} exists already; --force overwrites it", file));
  Config config;
  config.exports.push_back(*parse_export("/export=rw"));
  std::ofstream out(file);
  out << to_yaml(config);
  out.close();
  if (!out) return complain(fmt::format("cannot write {}: {}", file, strerror(errno)));
  fmt::print("wrote {}; `dfs start --config {}` serves it\n", file, file);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"DittoFS: an NFS server made for testing, scripting and research"};
  app.require_subcommand(1);
  app.footer("Settings can also be given as DITTOFS_SECTION_NAME in the environment.");
  app.set_version_flag("--version", "dfs " DFS_VERSION);
  StartOptions options;
  auto add_config_options = [&](CLI::App* c) {
    c->add_option("-c,--config", options.file,
                  "Configuration file (default: dittofs.yaml, when there is one)");
    c->add_flag("--memory", options.memory,
                "Keep everything in memory; nothing survives the end of the server");
    c->add_option("--export", options.exports, "PATH[=OPTIONS], as in /export=rw,no_root_squash; repeatable");
    c->add_option("--nfs-port", options.nfs_port, "Port of NFS and MOUNT; 0 takes a free one")
        ->check(CLI::Range(0, 65535))
        ->take_last();
    c->add_option("--portmap-port", options.portmap_port,
                  "Port of portmap; 0 takes a free one, -1 serves none")
        ->check(CLI::Range(-1, 65535))
        ->take_last();
    c->add_option("--listen", options.address, "Address to listen on")->take_last();
    c->add_option("--data-dir", options.data_dir, "Folder of the durable store")->take_last();
    c->add_option("--set", options.sets, "SETTING=VALUE, as in limits.io_size=65536; repeatable");
  };

  auto* start_command = app.add_subcommand("start", "Serve in the foreground until SIGTERM or Ctrl-C");
  add_config_options(start_command);
  std::string init_file = kDefaultFile;
  bool force = false;
  auto* init_command =
      app.add_subcommand("init", "Write a configuration file with every setting and its meaning");
  init_command->add_option("file", init_file, "Where to write it");
  init_command->add_flag("--force", force, "Overwrite an existing file");
  auto* config_command = app.add_subcommand("config", "Look at the configuration");
  config_command->require_subcommand(1);
  auto* show = config_command->add_subcommand("show", "Print the configuration in force, as YAML");
  add_config_options(show);
  auto* check = config_command->add_subcommand("validate", "Say whether `dfs start` would take it");
  add_config_options(check);
  auto* schema = config_command->add_subcommand("schema", "Print the JSON schema of the configuration file");
  bool markdown = false;
  schema->add_flag("--markdown", markdown, "As the table of docs/configuration.md");
  bool deep = false;
  auto* verify = app.add_subcommand("check", "Verify the durable stores while no server uses them");
  add_config_options(verify);
  verify->add_flag("--deep", deep, "Read all data and compare it with its hashes");
  auto* version = app.add_subcommand("version", "Print the version");

  CLI11_PARSE(app, argc, argv);
  if (start_command->parsed()) return start(options);
  if (init_command->parsed()) return init(init_file, force);
  if (version->parsed()) {
    fmt::print("dfs {}\n", DFS_VERSION);
    return 0;
  }
  if (schema->parsed()) {
    fmt::print("{}\n", markdown ? settings_markdown() : json_schema());
    return 0;
  }
  auto config = assemble(options);
  if (!config) return complain(config.error());
  if (show->parsed()) {
    fmt::print("{}", to_yaml(*config));
    return 0;
  }
  if (std::string error = validate(*config); !error.empty()) return complain(error);
  if (verify->parsed()) {
    if (config->store == "memory") return complain("a memory store leaves nothing to check");
    return check_stores(*config, deep, [](const std::string& line) { fmt::print("{}\n", line); }) == 0 ? 0
                                                                                                       : 1;
  }
  fmt::print("the configuration is good\n");
  return 0;
}
