// The command line of `dfs`: what can be said; protocols/server/cli does it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "protocols/server/cli/commands.h"

namespace {

using namespace dfs::server::cli;

void add_config_options(CLI::App* c, ConfigOptions& o) {
  c->add_option("-c,--config", o.file, "Configuration file (default: dittofs.yaml, when there is one)");
  c->add_flag("--memory", o.memory, "Keep everything in memory; nothing survives the end of the server");
  c->add_option("--export", o.exports, "PATH[=OPTIONS], as in /export=rw,no_root_squash; repeatable");
  c->add_option("--nfs-port", o.nfs_port, "Port of NFS and MOUNT; 0 takes a free one")
      ->check(CLI::Range(0, 65535))
      ->take_last();
  c->add_option("--portmap-port", o.portmap_port, "Port of portmap; 0 takes a free one, -1 serves none")
      ->check(CLI::Range(-1, 65535))
      ->take_last();
  c->add_option("--listen", o.address, "Address to listen on")->take_last();
  c->add_option("--data-dir", o.data_dir, "Folder of the durable store")->take_last();
  c->add_option("--set", o.sets, "SETTING=VALUE, as in limits.io_size=65536; repeatable");
  c->add_option("--scenario", o.scenarios, "Go wrong in this way (`dfs scenario list`); repeatable");
}

void add_server_options(CLI::App* c, ServerOptions& o) {
  c->add_option("--socket", o.socket, "Its control socket (default: where its configuration puts it)");
  c->add_option("-c,--config", o.config.file, "Its configuration file");
  c->add_option("--data-dir", o.config.data_dir, "Its folder of the durable store");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"DittoFS: an NFS server made for testing, scripting and research"};
  app.require_subcommand(1);
  app.footer("Settings can also be given as DITTOFS_SECTION_NAME in the environment.");
  app.set_version_flag("--version", "dfs " DFS_VERSION);
  std::function<int()> chosen;
  const auto command = [&](CLI::App* under, const char* name, const char* says, std::function<int()> run) {
    CLI::App* c = under->add_subcommand(name, says);
    c->callback([&chosen, run] { chosen = run; });
    return c;
  };
  const auto group = [&](const char* name, const char* says) {
    CLI::App* c = app.add_subcommand(name, says);
    c->require_subcommand(1);
    return c;
  };

  ConfigOptions options;
  add_config_options(command(&app, "start", "Serve in the foreground until SIGTERM or Ctrl-C",
                             [&] { return start(options); }),
                     options);
  std::string file = kDefaultFile;
  bool force = false, markdown = false, deep = false;
  auto* init_ = command(&app, "init", "Write a configuration file with every setting and its meaning",
                        [&] { return init(file, force); });
  init_->add_option("file", file, "Where to write it");
  init_->add_flag("--force", force, "Overwrite an existing file");
  auto* config = group("config", "Look at the configuration");
  add_config_options(command(config, "show", "Print the configuration in force, as YAML",
                             [&] { return show_config(options); }),
                     options);
  add_config_options(command(config, "validate", "Say whether `dfs start` would take it",
                             [&] { return validate_config(options); }),
                     options);
  command(config, "schema", "Print the JSON schema of the configuration file", [&] {
    return config_schema(markdown);
  })->add_flag("--markdown", markdown, "As the table of docs/configuration.md");
  auto* verify = command(&app, "check", "Verify the durable stores while no server uses them",
                         [&] { return check(options, deep); });
  add_config_options(verify, options);
  verify->add_flag("--deep", deep, "Read all data and compare it with its hashes");
  command(&app, "version", "Print the version", [] {
    fmt::print("dfs {}\n", DFS_VERSION);
    return 0;
  });

  ServerOptions server;
  bool json = false, follow = false;
  std::optional<std::uint64_t> after;
  auto* state_ = command(&app, "state", "Show what a running server holds for its NFSv4 clients",
                         [&] { return state(server, json); });
  add_server_options(state_, server);
  state_->add_flag("--json", json, "All of it, as JSON");
  auto* trace_ = command(&app, "trace", "Show what happens inside a running server",
                         [&] { return trace(server, follow, after, json); });
  add_server_options(trace_, server);
  trace_->add_flag("-f,--follow", follow, "Go on with what happens, until Ctrl-C");
  trace_->add_option("--after", after, "Only events with a higher number");
  trace_->add_flag("--json", json, "A line of JSON each");

  std::string rule, name;
  std::uint64_t id = 0;
  auto* faults = group("faults", "Break a running server on purpose");
  add_server_options(command(faults, "list", "The armed rules", [&] { return list_faults(server); }), server);
  auto* arm =
      command(faults, "arm", "Arm a rule, as JSON (docs/faults.md)", [&] { return arm_fault(server, rule); });
  add_server_options(arm, server);
  arm->add_option("rule", rule, R"(As in {"point": "nfs4.op.OPEN.enter", "do": {"fail": "NFS4ERR_DELAY"}})")
      ->required();
  auto* disarm = command(faults, "disarm", "Remove a rule", [&] { return disarm_fault(server, id); });
  auto* release =
      command(faults, "release", "Let go on what a rule holds", [&] { return release_fault(server, id); });
  for (auto* c : {disarm, release}) {
    add_server_options(c, server);
    c->add_option("id", id, "Its number")->required();
  }
  add_server_options(
      command(faults, "heal", "Remove all, let everything go on", [&] { return heal_faults(server); }),
      server);
  add_server_options(
      command(faults, "points", "Where something can be done, and what", [&] { return list_points(server); }),
      server);

  auto* scenario = group("scenario", "Named ways of going wrong (docs/scenarios.md)");
  command(scenario, "list", "All of them", [] { return list_scenarios(); });
  auto* begin =
      command(scenario, "begin", "Arm one in a running server", [&] { return begin_scenario(server, name); });
  add_server_options(begin, server);
  begin->add_option("name", name, "Which")->required();

  CLI11_PARSE(app, argc, argv);
  return chosen();
}
