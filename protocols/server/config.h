#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/fault/registry.h"
#include "engine/fs/exports.h"

namespace dfs::server {

struct ExportConfig {
  std::string path;
  std::vector<fs::ExportRule> rules;
};

// A fault rule, and where it was written, for what is wrong with it.
struct FaultConfig {
  fault::Rule rule;
  std::string where;
};

// Everything a server can be told. The knobs are listed once, in settings.cpp: reading, showing, the JSON
// schema and docs/configuration.md come from that list.
struct Config {
  std::string address = "127.0.0.1";
  i64 nfs_port = 12049;
  i64 portmap_port = 10111;
  bool portmap = true;
  bool udp = true;

  i64 loops = 0;
  i64 workers = 4;
  double shutdown_timeout = 10;
  i64 seed = 0;

  i64 max_connections = 16384;
  i64 max_connections_per_address = 0;
  i64 max_in_flight = 256;
  i64 max_connection_bytes = 16 << 20;
  i64 max_total_bytes = 1 << 30;
  i64 max_unfinished_bytes = 256 << 20;
  i64 turn_requests = 128;
  i64 turn_bytes = 2 << 20;
  i64 io_size = 1 << 20;
  double idle_timeout = 0;
  double stall_timeout = 60;

  i64 drc_entries = 16384;
  i64 drc_bytes = 16 << 20;
  double drc_lifetime = 120;

  i64 lease_time = 90;
  i64 grace_time = 0;
  i64 courtesy_time = 24 * 3600;
  i64 courtesy_clients = 1024;
  i64 max_operations = 128;
  bool delegations = true;
  i64 max_delegations = 65536;
  i64 max_read_delegations = 65536;
  i64 max_write_delegations = 65536;
  i64 max_dir_delegations = 65536;
  double dir_notify_delay = 0.05;
  i64 dir_notify_batch = 100;
  i64 dir_notify_backlog = 1000;
  i64 dir_notify_entries = 10000;
  i64 max_wants = 4096;
  double recall_wait = 1;
  double callback_timeout = 10;
  i64 async_copy = 1 << 20;
  std::string domain = "localdomain";
  std::string users = "root=0 nobody=65534";
  std::string groups = "root=0 nogroup=65534 nobody=65534";

  std::string store = "lmdb";
  std::string data_dir = "dittofs-data";
  i64 memory_capacity = i64{64} << 30;
  double seal_after = 30;
  bool verify = true;
  std::string root_mode = "0777";
  bool atime = true;

  std::string log_level = "info";
  std::string log_file;
  std::string trace_file;
  i64 trace_limit = 256 << 20;
  std::string pcap_file;
  i64 pcap_limit = 1 << 30;
  bool trace = false;

  std::string admin_socket = "auto";
  i64 admin_port = 0;

  std::vector<ExportConfig> exports;
  std::vector<FaultConfig> faults;  // armed before the first request
};

// "/export=rw,no_root_squash,clients=192.0.2.0/24": a path and, after "=", options as in exports(5).
Result<ExportConfig, std::string> parse_export(const std::string& text);
// Adds such an export; a path that is there already gets another rule, for other clients. Says what is wrong,
// or nothing.
std::string add_export(Config& config, const std::string& text);

// One knob of the settings list.
struct Setting {
  std::string path;  // "limits.io_size"
  const char* type;  // "integer", "number", "boolean", "string", "choice"
  std::string value;
  std::string fallback;  // default
  std::string minimum, maximum;
  std::vector<std::string> choices;
  const char* help;
};
std::vector<Setting> settings(const Config& config);
// Sets one knob from text; says what is wrong with the value, or nothing.
std::string set(Config& config, const std::string& path, const std::string& value);

// A YAML file; errors name file, line, knob and what is allowed.
Result<Config, std::string> load_config(const std::string& file, Config base = {});
Result<Config, std::string> parse_config(const std::string& yaml, const std::string& name, Config base = {});
// DITTOFS_LIMITS_IO_SIZE=65536 and the like; unknown DITTOFS_ variables are errors.
std::string apply_environment(Config& config, char** environment);
// What contradicts itself although every knob is in its range; empty: nothing.
std::string validate(const Config& config);

std::string to_yaml(const Config& config);
std::string json_schema();
std::string settings_markdown();

}  // namespace dfs::server
