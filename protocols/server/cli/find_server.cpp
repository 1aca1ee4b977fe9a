#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "protocols/server/admin/admin.h"
#include "protocols/server/cli/commands.h"

namespace dfs::server::cli {

Result<admin::Client, std::string> find_server(const ServerOptions& o) {
  if (!o.socket.empty()) return admin::Client(o.socket);
  auto config = assemble(o.config);
  if (!config) return failure(config.error());
  const std::vector<std::string> possible = admin::possible_sockets(*config);
  const std::string beside = admin::socket_path(*config, 0);
  std::vector<admin::Client> alive;
  std::string paths;
  for (const std::string& path : possible) {
    admin::Client client(path);
    if (!client.alive()) continue;
    if (path == beside) return client;  // that of the configuration
    paths += "\n  " + path;
    alive.push_back(std::move(client));
  }
  if (alive.size() == 1) return alive.front();
  if (alive.empty())
    return failure("no server answers; `dfs start` starts one, and --socket names one that is elsewhere");
  return failure(fmt::format("{} servers run; choose one with --socket:{}", alive.size(), paths));
}

int ask(const ServerOptions& o, const std::string& method, const std::string& path, const std::string& body,
        std::string* answer) {
  auto server = find_server(o);
  if (!server) return complain(server.error());
  auto response = server->ask(method, path, body);
  if (!response) return complain(response.error());
  if (response->status < 300) {
    *answer = std::move(response->body);
    return 0;
  }
  const auto problem = nlohmann::json::parse(response->body, nullptr, false);
  return complain(problem.is_object() && problem.contains("error")
                      ? problem["error"].get<std::string>()
                      : fmt::format("the server answers {}", response->status));
}

}  // namespace dfs::server::cli
