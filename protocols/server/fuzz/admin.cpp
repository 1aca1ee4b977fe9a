// What comes over the control socket, without its HTTP: a line `METHOD /path?query`, and the body. Any request has an
// answer of JSON; a rule that is taken from a body is written as data that are the same rule.
#include <nlohmann/json.hpp>

#include "engine/base/fuzz/target.h"
#include "protocols/server/admin/api.h"
#include "protocols/server/fault_rules.h"
#include "protocols/server/fault_words.h"
#include "protocols/server/fuzz/json_grammar.h"

namespace dfs::fuzz {
namespace {

using namespace dfs::server;
using admin::Answer;
using admin::Request;
using nlohmann::json;

// A server without ports that does nothing by itself: its time stands still.
class World {
 public:
  World() : server_(config(), {.clock = &clock_, .listen = false}) {
    const std::string error = server_.start();
    require(error.empty(), "no server: {}", error);
    current_.put(&server_);
  }
  ~World() { current_.put(nullptr); }
  Answer ask(Request request) { return api_.answer(std::move(request)); }

 private:
  static Config config() {
    Config c;
    c.store = "memory";
    c.loops = c.workers = c.seed = 1;
    add_export(c, "/export=rw");
    return c;
  }

  ManualClock clock_;
  Server server_;
  CurrentServer current_;
  admin::Api api_{current_};
};

std::string_view up_to(char end, std::string_view* text) {
  const size_t at = std::min(text->find(end), text->size());
  const std::string_view out = text->substr(0, at);
  text->remove_prefix(std::min(at + 1, text->size()));
  return out;
}

Request request_of(std::string_view input) {
  std::string_view line = up_to('\n', &input);
  Request out{std::string(up_to(' ', &line)), std::string(up_to('?', &line)), std::string(input), {}};
  while (!line.empty()) {
    std::string_view pair = up_to('&', &line);
    const std::string name(up_to('=', &pair));
    out.query[name] = pair;
  }
  return out;
}

void check_answer(const Answer& a, std::string_view of) {
  constexpr int kStatuses[] = {200, 201, 400, 404, 405, 409, 503};
  require(std::find(std::begin(kStatuses), std::end(kStatuses), a.status) != std::end(kStatuses), "{}: status {}",
          of, a.status);
  if (a.more) return;
  std::string_view lines = a.body;
  require(lines.empty() || lines.back() == '\n', "{}: an answer without an end", of);
  while (!lines.empty()) {
    const std::string_view line = up_to('\n', &lines);
    require(json_grammar(line), "{}: no JSON: {}", of, line);
  }
}

// What the data say is a rule; written as data it is the same rule.
void check_rule(const json& data) {
  const auto rule = fault::rule_from_data(data, fault_words());
  if (!rule) return;
  require(rule->action.nanos() >= 0, "a time before now: {}", data.dump());
  const json written = fault::rule_to_data(*rule, fault_words());
  const auto again = fault::rule_from_data(json::parse(written.dump()), fault_words());
  require(again.has_value(), "what was a rule is none: {}: {}", written.dump(), again ? "" : again.error());
  require(fault::rule_to_data(*again, fault_words()) == written, "another rule: {}", written.dump());
}

// A value that a parameter can have.
json example(fault::Param type) {
  switch (type) {
    case fault::Param::status:
      return "NFS4ERR_DELAY";
    case fault::Param::error:
      return "io";
    case fault::Param::seconds:
      return 1.5;
    case fault::Param::path:
      return "results[*].status";
    case fault::Param::value:
    case fault::Param::result:
      return {{"hex", "0000000a"}};
    case fault::Param::level:
      return "wire";
    case fault::Param::type:
      return "READ3res";
    case fault::Param::stateid:
      return {{"hex", "000102030405060708090a0b"}};
    case fault::Param::store:
      return "data";
    case fault::Param::held:
      return "delegations";
    case fault::Param::count:
    case fault::Param::rule:
    case fault::Param::function:
    case fault::Param::client:
      return 7;
  }
  return {};
}

}  // namespace

void run(Bytes input) {
  static World world;
  const Request request = request_of(input.view());
  check_rule(json::parse(request.body, nullptr, false));
  const std::string of = request.method + " " + request.path;
  check_answer(world.ask(request), of);
  const Answer armed = world.ask({"GET", "/api/v1/faults", "", {}});
  check_answer(armed, "afterwards");
  for (const json& row : json::parse(armed.body)) check_rule(row["rule"]);
  require(world.ask({"POST", "/api/v1/faults/heal", "", {}}).status == 200, "what is armed stays");
}

void seeds(FunctionRef<void(std::string_view)> give) {
#define ADMIN_ROUTE(method, path, function, says) give(#method " " path);
#include "protocols/server/admin/routes.def"
#undef ADMIN_ROUTE
  give("GET /api/v1/trace?after=3&follow=1");
  const auto arm = [&](const json& rule) { give("POST /api/v1/faults\n" + rule.dump()); };
  for (const Scenario& s : scenarios()) {
    give("POST /api/v1/scenarios/" + s.name);
    for (const fault::Rule& rule : s.rules) arm(fault::rule_to_data(rule, fault_words()));
  }
  for (const fault::ActionInfo& action : fault::kActions) {
    json parameters = json::object();
    for (const fault::ParamInfo& p : action.params)
      if (p.name != nullptr) parameters[p.name] = example(p.type);
    arm({{"point", "nfs4.op.READ.enter"}, {"do", {{action.name, parameters}}}});
  }
  json all{{"point", "nfs4.op.*.leave"}, {"do", "note"}, {"chance", 0.5}, {"if", 1}};
  constexpr u64 kLargest = ~u64{0};
  for (const fault::NumberFilter& f : fault::kNumberFilters) all[f.name] = kLargest;
  for (const fault::TextFilter& f : fault::kTextFilters) all[f.name] = "0a0b";
  for (const fault::Count& c : fault::kCounts) all[c.name] = kLargest;
  all["until"] = {{"event", "nfs4.op"}, {"op", "OPEN"}, {"status", 0}};
  arm(all);
}

}  // namespace dfs::fuzz
