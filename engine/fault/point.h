#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/fault/action.h"

namespace dfs::fault {

enum class Point : u16 {
#define FAULT_POINT(id, name, actions) id,
#include "engine/fault/points.def"
#undef FAULT_POINT
};

struct PointInfo {
  const char* name;  // with `@` for the detail of a family
  u32 actions;       // ActionGroups
};
constexpr PointInfo kPoints[] = {
#define FAULT_POINT(id, name, actions) {name, actions},
#include "engine/fault/points.def"
#undef FAULT_POINT
};
constexpr size_t kPointCount = sizeof kPoints / sizeof kPoints[0];

// A point as it is written when armed, taken apart.
struct PointName {
  Point point;
  std::string detail;  // of a family; empty: every one
};
std::optional<PointName> parse_point(std::string_view text);

// What is known where a check happens; a `when` trigger compares it.
struct Context {
  std::string_view detail;  // procedure, store call
  u64 conn = 0;
  u64 bytes = 0;  // moved by this event
  u32 uid = 0;
  u32 xid = 0;
  u64 file = 0;           // id of the object, 0 when unknown
  std::string_view name;  // directory entry, when there is one
};

}  // namespace dfs::fault
