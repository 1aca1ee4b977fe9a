#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/server/current_server.h"

namespace dfs::server::admin {

// What was asked, whatever carried it.
struct Request {
  std::string method, path, body;
  std::map<std::string, std::string> query;
  std::vector<std::string> parts{};  // what stood for the colons of the route
};

struct Answer {
  int status = 200;
  std::string body;
  // When there is one, it writes the body in parts until it returns false; `write` says whether its part
  // left. Called again and again.
  using Write = std::function<bool(std::string_view)>;
  std::function<bool(const Write& write)> more{};

  static Answer json(const nlohmann::ordered_json& value, int status = 200);
  static Answer problem(int status, std::string_view what);  // {"error": what}
};

// What routes.def lists, for whatever carries requests to it. Thread-safe.
class Api {
 public:
  explicit Api(CurrentServer& server) : server_(server) {}

  Answer answer(Request request);
  // Whether there is such a route; if not, this is the answer.
  static bool known(const std::string& method, std::string_view path, Answer* otherwise);
  // Followers end; returns when they have, or are too slow to.
  void stop();

 private:
#define ADMIN_ROUTE(method, path, function, says) Answer function(const Request& r);
#include "protocols/server/admin/routes.def"
#undef ADMIN_ROUTE
  Answer with_rule(const Request& r, const std::function<Answer(fault::Registry&, u64 id)>& f);

  struct Follower;  // trace.cpp
  static constexpr int kFollowers = 4;

  CurrentServer& server_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> followers_{0};
};

}  // namespace dfs::server::admin
