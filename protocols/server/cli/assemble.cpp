#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "protocols/server/cli/commands.h"
#include "protocols/server/fault_rules.h"

extern char** environ;

namespace dfs::server::cli {

int complain(const std::string& what) {
  const bool colour = isatty(fileno(stderr)) != 0;
  fmt::print(stderr, "{}error:{} {}\n", colour ? "\033[1;31m" : "", colour ? "\033[0m" : "", what);
  return 1;
}

Result<Config, std::string> assemble(const ConfigOptions& o) {
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
  for (const std::string& name : o.scenarios) {
    auto scenario = find_scenario(name);
    if (!scenario) return failure(scenario.error());
    for (const fault::Rule& rule : (*scenario)->rules) config.faults.push_back({rule, "scenario " + name});
  }
  return config;
}

}  // namespace dfs::server::cli
