#pragma once

#include <optional>

#include "protocols/server/admin/client.h"
#include "protocols/server/config.h"

// What `dfs` can be told to do: one command a file. Each returns the exit status.
namespace dfs::server::cli {

inline constexpr const char* kDefaultFile = "dittofs.yaml";

// Says what is wrong; returns 1.
int complain(const std::string& what);

// Options of every command that needs a configuration: they go before the file and the environment.
struct ConfigOptions {
  std::string file;
  bool memory = false;
  std::vector<std::string> exports;
  std::vector<std::string> sets;
  std::optional<int> nfs_port, portmap_port;
  std::string address, data_dir;
  std::vector<std::string> scenarios;
};
// File, then environment, then command line; the last word wins.
Result<Config, std::string> assemble(const ConfigOptions& o);

int start(const ConfigOptions& options);
int init(const std::string& file, bool force);
int show_config(const ConfigOptions& options);
int validate_config(const ConfigOptions& options);
int config_schema(bool markdown);
int check(const ConfigOptions& options, bool deep);
int list_scenarios();

// --- those that speak to a running server -----------------------------------------------------------------

struct ServerOptions {
  std::string socket;    // empty: by the configuration
  ConfigOptions config;  // to find it
};
// Its control socket, or why none can be chosen.
Result<admin::Client, std::string> find_server(const ServerOptions& o);
// Asks it; what it says is wrong is complained of. 0 and the answer's body, or 1.
int ask(const ServerOptions& o, const std::string& method, const std::string& path, const std::string& body,
        std::string* answer);

int state(const ServerOptions& o, bool json);
int trace(const ServerOptions& o, bool follow, std::optional<u64> after, bool json);
int list_faults(const ServerOptions& o);
int arm_fault(const ServerOptions& o, const std::string& rule);
int disarm_fault(const ServerOptions& o, u64 id);
int release_fault(const ServerOptions& o, u64 id);
int heal_faults(const ServerOptions& o);
int list_points(const ServerOptions& o);
int begin_scenario(const ServerOptions& o, const std::string& name);

}  // namespace dfs::server::cli
