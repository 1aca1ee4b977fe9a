// /api/v1/points, /api/v1/faults, /api/v1/scenarios
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "protocols/server/admin/answers.h"
#include "protocols/server/fault_rules.h"
#include "protocols/server/fault_words.h"

namespace dfs::server::admin {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kDepth = 16;  // of what is nested in a body; a rule needs four

// A body as data; null with `problem` set when it is none.
json parse(const std::string& body, std::string* problem) {
  bool deep = false;
  const auto guard = [&](int depth, json::parse_event_t, json&) {
    deep = deep || depth > kDepth;
    return depth <= kDepth;
  };
  try {
    json out = json::parse(body, guard);
    if (!deep) return out;
    *problem = "the body is nested too deep";
  } catch (const json::exception& e) {
    *problem = fmt::format("the body is no JSON: {}", e.what());
  }
  return nullptr;
}

}  // namespace

Answer Api::points(const Request&) { return Answer::json(points_as_json()); }

Answer Api::faults(const Request&) {
  return server_.with(
      [](Server& s) {
        ordered_json out = ordered_json::array();
        for (const fault::RuleRow& row : s.faults().rules()) out.push_back(to_json(row));
        return Answer::json(out);
      },
      no_server());
}

Answer Api::arm(const Request& r) {
  std::string problem;
  const json data = parse(r.body, &problem);
  if (!problem.empty()) return Answer::problem(400, problem);
  auto rule = fault::rule_from_data(data, fault_words());
  if (!rule) return Answer::problem(400, rule.error());
  return server_.with(
      [&](Server& s) {
        auto id = s.faults().arm(std::move(*rule));
        return id ? Answer::json({{"id", *id}}, 201) : Answer::problem(400, id.error());
      },
      no_server());
}

Answer Api::heal(const Request&) {
  return server_.with(
      [](Server& s) {
        s.faults().heal();
        return Answer::json(ordered_json::object());
      },
      no_server());
}

// f of a rule that is armed.
Answer Api::with_rule(const Request& r, const std::function<Answer(fault::Registry&, u64 id)>& f) {
  const std::string& text = r.parts.front();
  u64 id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool number = error == std::errc() && end == text.data() + text.size();
  return server_.with(
      [&](Server& s) {
        const auto rules = s.faults().rules();
        const bool armed =
            number && std::any_of(rules.begin(), rules.end(), [&](auto& row) { return row.id == id; });
        return armed ? f(s.faults(), id) : Answer::problem(404, fmt::format("there is no rule {}", text));
      },
      no_server());
}

Answer Api::fault(const Request& r) {
  return with_rule(r, [](fault::Registry& registry, u64 id) {
    for (const fault::RuleRow& row : registry.rules())
      if (row.id == id) return Answer::json(to_json(row));
    return Answer::problem(404, "it has just been removed");
  });
}

Answer Api::disarm(const Request& r) {
  return with_rule(r, [](fault::Registry& registry, u64 id) {
    registry.disarm(id);
    return Answer::json(ordered_json::object());
  });
}

Answer Api::release(const Request& r) {
  return with_rule(r, [](fault::Registry& registry, u64 id) {
    registry.release(id);
    return Answer::json(ordered_json::object());
  });
}

Answer Api::scenarios(const Request&) {
  ordered_json out = ordered_json::array();
  for (const Scenario& s : server::scenarios()) {
    ordered_json rules = ordered_json::array();
    for (const fault::Rule& rule : s.rules)
      rules.push_back(ordered_json(fault::rule_to_data(rule, fault_words())));
    out.push_back({{"name", s.name}, {"says", s.says}, {"demands", s.demands}, {"rules", rules}});
  }
  return Answer::json(out);
}

Answer Api::begin_scenario(const Request& r) {
  auto scenario = find_scenario(r.parts.front());
  if (!scenario) return Answer::problem(404, scenario.error());
  return server_.with(
      [&](Server& s) {
        auto ids = arm_all(s.faults(), (*scenario)->rules);
        return ids ? Answer::json({{"ids", *ids}}, 201) : Answer::problem(400, ids.error());
      },
      no_server());
}

}  // namespace dfs::server::admin
