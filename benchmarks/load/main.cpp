#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "benchmarks/load/runner.h"

using namespace dfs;
using namespace dfs::load;

namespace {

nlohmann::json to_json(const Spec& s, const Measurement& m) {
  return {{"protocol", s.protocol},
          {"workload", s.name},
          {"connections", s.connections},
          {"depth", s.depth},
          {"operations", m.operations},
          {"seconds", m.seconds},
          {"ops_per_second", m.rate()},
          {"bytes", m.bytes},
          {"server_cpu_us_per_op", m.server_cpu_us},
          {"client_cpu_us_per_op", m.client_cpu_us},
          {"p50_us", m.p50_us},
          {"p99_us", m.p99_us},
          {"replies_per_read", m.replies_per_read}};
}

Measurement run_limit(Workload& recorded, const Target& target, const Spec& s, double seconds) {
  const Responder responder(collect_replies(recorded, target.nfs));
  auto workload = make_workload(s, target);
  return run(*workload, responder.address(), s.connections, s.depth, seconds, responder.pid());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"dfs-bench: a pipelined NFS load generator"};
  std::string host = "127.0.0.1", path = "/export", protocol = "nfs3", json_file;
  u16 port = 12049;
  std::optional<u16> mount_port;
  std::vector<std::string> wanted;
  std::optional<u32> connections, depth;
  double seconds = 2;
  pid_t pid = 0;
  bool list = false, limit = false;
  app.add_option("workloads", wanted, "Which to run (default: all); --list names them");
  app.add_option("--protocol", protocol, "Of the workloads: nfs3, or nfs4 for minor version 1")
      ->check(CLI::IsMember({"nfs3", "nfs4"}));
  app.add_option("--host", host, "Address of the server");
  app.add_option("--port", port, "NFS port");
  app.add_option("--mount-port", mount_port, "MOUNT port (default: the NFS port)");
  app.add_option("--path", path, "Export to work in");
  app.add_option("--connections", connections, "Connections, in place of the workload's own")
      ->check(CLI::Range(1, 1024));
  app.add_option("--depth", depth, "Requests under way on each connection")->check(CLI::Range(1, 4096));
  app.add_option("--seconds", seconds, "Length of one measurement");
  app.add_option("--server-pid", pid, "Process of the server, to report its CPU time per operation");
  app.add_flag("--limit", limit,
               "Measure a bare responder that repeats this server's replies: what no server can beat");
  app.add_option("--json", json_file, "Write the results here as well");
  app.add_flag("--list", list, "Name the workloads");
  CLI11_PARSE(app, argc, argv);
  if (list) {
    for (const Spec& s : specs())
      if (s.protocol == protocol)
        fmt::print("{:20} {}c x d{:<3} {}\n", s.name, s.connections, s.depth, s.help);
    return 0;
  }
  const auto ip = IpAddress::parse(host);
  if (!ip) {
    fmt::print(stderr, "error: \"{}\" is not an IP address\n", host);
    return 1;
  }
  const Target target{{*ip, port}, {*ip, mount_port.value_or(port)}, path};
  nlohmann::json results = nlohmann::json::array();
  fmt::print("{:20} {:>7} {:>12} {:>9} {:>11} {:>11} {:>9} {:>9} {:>11}\n", "workload", "c x d", "ops/s",
             "MB/s", "server us", "client us", "p50 us", "p99 us", "replies/read");
  try {
    for (Spec s : specs()) {
      if (s.protocol != protocol) continue;
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), s.name) == wanted.end()) continue;
      s.connections = connections.value_or(s.connections);
      s.depth = depth.value_or(s.depth);
      auto workload = make_workload(s, target);
      const Measurement m = limit ? run_limit(*workload, target, s, seconds)
                                  : run(*workload, target.nfs, s.connections, s.depth, seconds, pid);
      fmt::print("{:20} {:>7} {:>12.0f} {:>9.1f} {:>11.3f} {:>11.3f} {:>9.1f} {:>9.1f} {:>11.2f}\n", s.name,
                 fmt::format("{}x{}", s.connections, s.depth), m.rate(),
                 static_cast<double>(m.bytes) / m.seconds / 1e6, m.server_cpu_us, m.client_cpu_us, m.p50_us,
                 m.p99_us, m.replies_per_read);
      std::fflush(stdout);
      results.push_back(to_json(s, m));
    }
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
  }
  if (!json_file.empty()) std::ofstream(json_file) << results.dump(2) << "\n";
  return 0;
}
