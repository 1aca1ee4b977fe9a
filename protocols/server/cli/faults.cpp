// dfs faults, dfs scenario
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "protocols/server/cli/commands.h"
#include "protocols/server/fault_rules.h"

namespace dfs::server::cli {
namespace {

using nlohmann::ordered_json;

int asked(const ServerOptions& o, const std::string& method, const std::string& path,
          const std::string& body = {}) {
  std::string answer;
  return ask(o, method, path, body, &answer);
}

}  // namespace

int list_faults(const ServerOptions& o) {
  std::string answer;
  if (const int failed = ask(o, "GET", "/api/v1/faults", {}, &answer); failed != 0) return failed;
  for (const auto& row : ordered_json::parse(answer))
    fmt::print("{}  {} hits, fired {} times  {}\n", row["id"].get<u64>(), row["hits"].get<u64>(),
               row["fired"].get<u64>(), row["rule"].dump());
  return 0;
}

int arm_fault(const ServerOptions& o, const std::string& rule) {
  std::string answer;
  if (const int failed = ask(o, "POST", "/api/v1/faults", rule, &answer); failed != 0) return failed;
  fmt::print("rule {}\n", ordered_json::parse(answer)["id"].get<u64>());
  return 0;
}

int disarm_fault(const ServerOptions& o, u64 id) {
  return asked(o, "DELETE", fmt::format("/api/v1/faults/{}", id));
}

int release_fault(const ServerOptions& o, u64 id) {
  return asked(o, "POST", fmt::format("/api/v1/faults/{}/release", id));
}

int heal_faults(const ServerOptions& o) { return asked(o, "POST", "/api/v1/faults/heal"); }

int list_points(const ServerOptions& o) {
  std::string answer;
  if (const int failed = ask(o, "GET", "/api/v1/points", {}, &answer); failed != 0) return failed;
  for (const auto& row : ordered_json::parse(answer))
    fmt::print("{:<28} {}\n", row["point"].get<std::string>(),
               fmt::join(row["actions"].get<std::vector<std::string>>(), ", "));
  return 0;
}

int begin_scenario(const ServerOptions& o, const std::string& name) {
  return asked(o, "POST", "/api/v1/scenarios/" + name);
}

int list_scenarios() {
  for (const Scenario& s : scenarios()) fmt::print("{:<24} {}\n", s.name, s.says);
  return 0;
}

}  // namespace dfs::server::cli
