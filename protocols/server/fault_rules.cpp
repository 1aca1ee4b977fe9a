#include "protocols/server/fault_rules.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>

#include "engine/base/check.h"
#include "protocols/server/fault_words.h"

namespace dfs::server {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kScenarios =
#include "protocols/server/scenarios_yaml.inc"
    ;

json scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // in quotes
  if (text == "true" || text == "false") return text == "true";
  if (text.empty() || text == "~" || text == "null") return nullptr;
  // What JSON has for a number; the rest is text.
  if (json::accept(text)) {
    json number = json::parse(text);
    if (number.is_number()) return number;
  }
  return text;
}

std::vector<Scenario> read_scenarios() {
  std::vector<Scenario> out;
  for (const YAML::Node& row : YAML::Load(kScenarios)) {
    Scenario s{row["name"].as<std::string>(), row["says"].as<std::string>(), {}, {}};
    for (const YAML::Node& d : row["demands"])
      s.demands.emplace_back(d[0].as<std::string>(), d[1].as<std::string>());
    for (const YAML::Node& r : row["rules"]) {
      auto rule = fault::rule_from_data(json_of(r), fault_words());
      if (!rule) check_failed("scenarios.yaml", r.Mark().line + 1, rule.error().c_str());
      s.rules.push_back(std::move(*rule));
    }
    out.push_back(std::move(s));
  }
  return out;
}

}  // namespace

json json_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return scalar(node);
    case YAML::NodeType::Sequence: {
      json out = json::array();
      for (const YAML::Node& item : node) out.push_back(json_of(item));
      return out;
    }
    case YAML::NodeType::Map: {
      json out = json::object();
      for (const auto& item : node) out[item.first.as<std::string>()] = json_of(item.second);
      return out;
    }
    default:
      return nullptr;
  }
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> kAll = read_scenarios();
  return kAll;
}

Result<const Scenario*, std::string> find_scenario(std::string_view name) {
  std::string names;
  for (const Scenario& s : scenarios()) {
    if (s.name == name) return &s;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", s.name);
  }
  return failure(fmt::format("there is no scenario {}; there are {}", name, names));
}

Result<std::vector<u64>, std::string> arm_all(fault::Registry& registry,
                                              const std::vector<fault::Rule>& rules) {
  std::vector<u64> ids;
  for (const fault::Rule& rule : rules) {
    auto id = registry.arm(rule);
    if (!id) {
      for (const u64 armed : ids) registry.disarm(armed);
      return failure(id.error());
    }
    ids.push_back(*id);
  }
  return ids;
}

ordered_json to_json(const fault::RuleRow& row) {
  return {{"id", row.id},
          {"rule", fault::rule_to_data(row.rule, fault_words())},
          {"hits", row.status.hits},
          {"fired", row.status.fired}};
}

ordered_json points_as_json() {
  ordered_json out = ordered_json::array();
  for (const fault::PointInfo& p : fault::kPoints) {
    ordered_json actions = ordered_json::array();
    for (const fault::ActionInfo& a : fault::kActions)
      if (p.actions & a.group) actions.push_back(a.name);
    out.push_back({{"point", p.name}, {"actions", actions}});
  }
  return out;
}

}  // namespace dfs::server
