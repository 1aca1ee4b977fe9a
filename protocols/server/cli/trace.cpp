// dfs trace
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "protocols/server/cli/commands.h"

namespace dfs::server::cli {
namespace {

// An event's line of JSON for people: time, name, and the fields.
std::string readable(const std::string& line) {
  const auto e = nlohmann::ordered_json::parse(line, nullptr, false);
  if (!e.is_object()) return line;
  if (e.contains("lost")) return fmt::format("({} events were lost)", e["lost"].get<u64>());
  std::string out =
      fmt::format("{:.6f} {}", static_cast<double>(e["time"].get<i64>()) / 1e9, e["name"].get<std::string>());
  for (const auto& [key, value] : e.items()) {
    if (key == "seq" || key == "time" || key == "name") continue;
    if ((key == "conn" || key == "request") && value == 0) continue;
    out += fmt::format(" {}={}", key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return out;
}

}  // namespace

int trace(const ServerOptions& o, bool follow, std::optional<u64> after, bool json) {
  auto server = find_server(o);
  if (!server) return complain(server.error());
  std::string path = follow ? "/api/v1/trace?follow=1" : "/api/v1/trace?follow=0";
  if (after) path += fmt::format("&after={}", *after);
  std::string rest;
  const auto print = [&](std::string_view part) {
    rest += part;
    size_t end;
    while ((end = rest.find('\n')) != std::string::npos) {
      const std::string line = rest.substr(0, end);
      rest.erase(0, end + 1);
      if (!line.empty()) fmt::print("{}\n", json ? line : readable(line));
    }
    return std::fflush(stdout) == 0;
  };
  auto response = server->follow(path, print);
  if (!response) return complain(response.error());
  if (response->status == 200) return 0;
  const auto problem = nlohmann::json::parse(response->body, nullptr, false);
  return complain(problem.is_object() ? problem.value("error", "") : response->body);
}

}  // namespace dfs::server::cli
