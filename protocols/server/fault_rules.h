#pragma once

#include <nlohmann/json_fwd.hpp>

#include "engine/fault/rule_data.h"

namespace YAML {
class Node;
}

namespace dfs::server {

// YAML as the same data in JSON: a plain word is a number or true or false where it reads as one.
nlohmann::json json_of(const YAML::Node& node);

// One of scenarios.yaml.
struct Scenario {
  std::string name, says;
  std::vector<std::pair<std::string, std::string>> demands;  // section, what it asks of a client
  std::vector<fault::Rule> rules;
};
// All of them: the file is part of the program.
const std::vector<Scenario>& scenarios();
Result<const Scenario*, std::string> find_scenario(std::string_view name);

// All of the rules or none: their ids, or why one can never work.
Result<std::vector<u64>, std::string> arm_all(fault::Registry& registry,
                                              const std::vector<fault::Rule>& rules);

// An armed rule as whoever looks sees it.
nlohmann::ordered_json to_json(const fault::RuleRow& row);
// Every point with its actions.
nlohmann::ordered_json points_as_json();

}  // namespace dfs::server
