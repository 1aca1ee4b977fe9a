#include "protocols/server/admin/api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace dfs::server::admin {
namespace {

using nlohmann::ordered_json;

struct Route {
  const char* method;
  const char* path;
  const char* says;
};
constexpr Route kRoutes[] = {
#define ADMIN_ROUTE(method, path, function, says) {#method, path, says},
#include "protocols/server/admin/routes.def"
#undef ADMIN_ROUTE
};

// Whether the path is that of the route; `parts` gets what stands for its colons.
bool matches(std::string_view route, std::string_view path, std::vector<std::string>* parts) {
  if (parts != nullptr) parts->clear();
  for (;;) {
    const size_t a = std::min(route.find('/'), route.size()), b = std::min(path.find('/'), path.size());
    const std::string_view wanted = route.substr(0, a), given = path.substr(0, b);
    if (wanted.starts_with(':')) {
      if (given.empty()) return false;
      if (parts != nullptr) parts->emplace_back(given);
    } else if (wanted != given) {
      return false;
    }
    if (a == route.size() || b == path.size()) return a == route.size() && b == path.size();
    route.remove_prefix(a + 1);
    path.remove_prefix(b + 1);
  }
}

}  // namespace

Answer Answer::json(const ordered_json& value, int status) {
  return {status, value.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n"};
}

Answer Answer::problem(int status, std::string_view what) {
  return json({{"error", std::string(what)}}, status);
}

bool Api::known(const std::string& method, std::string_view path, Answer* otherwise) {
  std::string methods;
  for (const Route& route : kRoutes) {
    if (!matches(route.path, path, nullptr)) continue;
    if (method == route.method) return true;
    methods += fmt::format("{}{}", methods.empty() ? "" : ", ", route.method);
  }
  *otherwise = methods.empty()
                   ? Answer::problem(404, "there is nothing here; GET /api/v1 lists what there is")
                   : Answer::problem(405, fmt::format("possible here: {}", methods));
  return false;
}

Answer Api::answer(Request request) {
  using Function = Answer (Api::*)(const Request&);
  static constexpr Function kFunctions[] = {
#define ADMIN_ROUTE(method, path, function, says) &Api::function,
#include "protocols/server/admin/routes.def"
#undef ADMIN_ROUTE
  };
  const Function* function = kFunctions;
  for (const Route& route : kRoutes) {
    if (request.method == route.method && matches(route.path, request.path, &request.parts))
      return (this->**function)(request);
    ++function;
  }
  Answer otherwise;
  known(request.method, request.path, &otherwise);
  return otherwise;
}

Answer Api::routes(const Request&) {
  ordered_json out = ordered_json::array();
  for (const Route& r : kRoutes) out.push_back({{"method", r.method}, {"path", r.path}, {"says", r.says}});
  return Answer::json(out);
}

}  // namespace dfs::server::admin
