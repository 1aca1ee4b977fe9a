#include "engine/fault/action.h"

#include <fmt/format.h>

namespace dfs::fault {

bool parse_action_kind(std::string_view text, ActionKind& out) {
  for (int k = 0; k < kActionKinds; ++k) {
    if (text != kActions[k].name) continue;
    out = static_cast<ActionKind>(k);
    return true;
  }
  return false;
}

std::string actions_of(u32 groups) {
  std::string out;
  for (const ActionInfo& a : kActions)
    if (groups & a.group) out += fmt::format("{}{}", out.empty() ? "" : ", ", a.name);
  return out;
}

}  // namespace dfs::fault
