#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/fault/action.h"

namespace dfs::fault {

enum class Point : u16 {
#define FAULT_POINT(id, name, actions, known) id,
#include "engine/fault/points.def"
#undef FAULT_POINT
};

// What a check may know of what is happening. A point declares which of these it can ever know; a filter by
// another is refused when armed.
enum Known : u32 {
  kConn = 1,
  kXid = 2,
  kUid = 4,
  kProc = 8,
  kFile = 16,
  kName = 32,
  kFh = 64,
  kClient = 128,
  kSession = 256,
  kOp = 512,
  kIndex = 1024,
  kBytes = 2048,  // how many bytes an event moves; no filter, but what after_bytes counts
};
constexpr u32 kNothing = 0;
constexpr u32 kCalled = kConn | kXid | kUid | kProc | kBytes;           // of an RPC call
constexpr u32 kOperation = kCalled | kFile | kFh | kClient | kSession;  // of a COMPOUND

struct PointInfo {
  const char* name;  // with `@` for the detail of a family
  u32 actions;       // ActionGroups
  u32 known;         // Known
};
constexpr PointInfo kPoints[] = {
#define FAULT_POINT(id, name, actions, known) {name, actions, known},
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
// As it is written: a family without a detail has `*` for it.
std::string point_name(const PointName& point);
// Every point, a line each.
std::string known_points();

// What is known where a check happens; filters compare it. Views are borrowed for the check.
struct Context {
  std::string_view detail;  // procedure, operation, store call: what the point's name has for `@`
  u64 conn = 0;
  u64 bytes = 0;  // moved by this event
  u32 uid = 0;
  u32 xid = 0;
  u64 file = 0;              // id of the object, 0 when unknown
  std::string_view name;     // directory entry, when there is one
  std::string_view proc;     // procedure of the call; empty: it is the detail
  u64 client = 0;            // clientid4
  std::string_view session;  // sessionid4
  std::string_view op;       // operation of a COMPOUND
  u64 index = kNoIndex;      // its position there
  std::string_view fh;       // filehandle
  static constexpr u64 kNoIndex = ~u64{0};
};

}  // namespace dfs::fault
