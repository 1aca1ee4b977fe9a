// dfs init, dfs config, dfs check
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "protocols/server/check_store.h"
#include "protocols/server/cli/commands.h"

namespace dfs::server::cli {

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

int show_config(const ConfigOptions& options) {
  auto config = assemble(options);
  if (!config) return complain(config.error());
  fmt::print("{}", to_yaml(*config));
  return 0;
}

int validate_config(const ConfigOptions& options) {
  auto config = assemble(options);
  if (!config) return complain(config.error());
  if (std::string error = validate(*config); !error.empty()) return complain(error);
  fmt::print("the configuration is good\n");
  return 0;
}

int config_schema(bool markdown) {
  fmt::print("{}\n", markdown ? settings_markdown() : json_schema());
  return 0;
}

int check(const ConfigOptions& options, bool deep) {
  auto config = assemble(options);
  if (!config) return complain(config.error());
  if (std::string error = validate(*config); !error.empty()) return complain(error);
  if (config->store == "memory") return complain("a memory store leaves nothing to check");
  return check_stores(*config, deep, [](const std::string& line) { fmt::print("{}\n", line); }) == 0 ? 0 : 1;
}

}  // namespace dfs::server::cli
