#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "engine/fault/registry.h"

namespace dfs::fault {

// Rules as plain data, for YAML, REST and Python alike: {"point": "nfs3.proc.READ.enter", "every": 5,
// "do": {"fail": "NFS3ERR_IO"}}. Filters and counts are those of Trigger, by name; `do` is an action's name,
// or one with its parameters (actions.def): a value, or a mapping of them. Bytes are text, or {"hex":
// "00ff"}.

// Words of the layers above that rules use.
struct Vocabulary {
  // The number of a protocol's status, "NFS4ERR_DELAY".
  std::function<std::optional<i64>(std::string_view name)> status;
  // The name that a status has at a point; empty: none.
  std::function<std::string(std::string_view point, i64 number)> status_name;
  std::vector<std::string> errors;  // of stores, by number
};

// The rule, or what is possible instead. Whether its action can happen at its point is for Registry::arm() to
// say.
Result<Rule, std::string> rule_from_data(const nlohmann::json& data, const Vocabulary& words);
// The same rule comes out of it again.
nlohmann::json rule_to_data(const Rule& rule, const Vocabulary& words);

}  // namespace dfs::fault
