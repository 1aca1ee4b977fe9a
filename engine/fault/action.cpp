#include "engine/fault/action.h"

namespace dfs::fault {
namespace {

struct Row {
  ActionKind kind;
  const char* name;
  ActionGroup group;
};
constexpr Row kRows[] = {
    {ActionKind::note, "note", kWatch},
    {ActionKind::fail, "fail", kFail},
    {ActionKind::error, "error", kError},
    {ActionKind::drop_reply, "drop_reply", kDrop},
    {ActionKind::duplicate, "duplicate", kResend},
    {ActionKind::reorder, "reorder", kResend},
    {ActionKind::delay, "delay", kTime},
    {ActionKind::pause, "pause", kTime},
    {ActionKind::yield_, "yield", kTime},
    {ActionKind::reset, "reset", kLink},
    {ActionKind::close, "close", kLink},
    {ActionKind::half_close, "half_close", kLink},
    {ActionKind::slow_close, "slow_close", kLink},
    {ActionKind::throttle, "throttle", kLink},
    {ActionKind::slice, "slice", kLink},
    {ActionKind::blackhole, "blackhole", kLink},
    {ActionKind::set, "set", kChange},
    {ActionKind::patch, "patch", kChange},
    {ActionKind::flip, "flip", kChange},
    {ActionKind::truncate, "truncate", kChange},
    {ActionKind::pad, "pad", kChange},
};

}  // namespace

ActionGroup group_of(ActionKind kind) { return kRows[static_cast<int>(kind)].group; }
const char* name(ActionKind kind) { return kRows[static_cast<int>(kind)].name; }

bool parse_action_kind(std::string_view text, ActionKind& out) {
  for (const Row& row : kRows) {
    if (text != row.name) continue;
    out = row.kind;
    return true;
  }
  return false;
}

}  // namespace dfs::fault
