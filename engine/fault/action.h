#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "engine/base/clock.h"

namespace dfs::fault {

// What a rule does when it fires; actions.def says it of each. Each point accepts some groups; arming any
// other is refused.
enum class ActionKind : u8 {
#define FAULT_ACTION(id, ...) id,
#include "engine/fault/actions.def"
#undef FAULT_ACTION
};

enum ActionGroup : u32 {
  kWatch = 1,
  kFail = 2,
  kError = 4,
  kDrop = 8,
  kResend = 16,
  kTime = 32,
  kLink = 64,
  kChange = 128,
};

// What a change does. Paths are those of wire/field_map.h; `*` in one stands for any characters.
struct Edit {
  std::string path;                      // of set and patch
  std::variant<i64, std::string> value;  // a number in the field's width, or bytes
  bool wire = false;                     // the record mark stays that of the message as it was
};

struct Action {
  ActionKind kind = ActionKind::note;
  i64 number = 0;
  double seconds = 0;
  u64 rule = 0;                      // which rule fired; filled in by the registry
  std::shared_ptr<const Edit> edit;  // of changes

  Nanos nanos() const { return static_cast<Nanos>(seconds * 1e9); }
};

// What a parameter of an action may be, and where in an Action its value is.
enum class Param : u8 {
  status,   // number; of a protocol, by name or number
  error,    // number; of a store, by name
  count,    // number
  seconds,  // seconds
  path,     // edit->path
  value,    // edit->value
  level,    // edit->wire: "message", or "wire"; need not be given
};
struct ParamInfo {
  const char* name = nullptr;  // nullptr: there is none
  Param type = Param::count;
};
struct ActionInfo {
  const char* name;
  ActionGroup group;
  const char* help;
  std::array<ParamInfo, 3> params;
};
constexpr ActionInfo kActions[] = {
#define FAULT_ACTION(id, name, group, help, ...) {name, group, help, {{__VA_ARGS__}}},
#include "engine/fault/actions.def"
#undef FAULT_ACTION
};
constexpr int kActionKinds = static_cast<int>(sizeof kActions / sizeof kActions[0]);

constexpr const ActionInfo& info_of(ActionKind kind) { return kActions[static_cast<size_t>(kind)]; }
constexpr ActionGroup group_of(ActionKind kind) { return info_of(kind).group; }
constexpr const char* name(ActionKind kind) { return info_of(kind).name; }
// False when there is no such action.
bool parse_action_kind(std::string_view text, ActionKind& out);
// Names of the actions of these groups, with commas.
std::string actions_of(u32 groups);

}  // namespace dfs::fault
