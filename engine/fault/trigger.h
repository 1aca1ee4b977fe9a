#pragma once

#include <optional>
#include <string>

#include "engine/base/random.h"
#include "engine/fault/point.h"

namespace dfs::fault {

// When a rule fires, all conditions together. Filters (when) decide what counts as a hit; the counting
// conditions then judge the n-th hit. The default fires always.
struct Trigger {
  // filters
  std::optional<u64> conn, file;
  std::optional<u32> uid, xid;
  std::optional<std::string> name;
  std::optional<std::string> proc;  // the procedure, where the point does not name it
  // counting
  u64 nth = 0;          // only the n-th hit
  u64 first = 0;        // only the first n hits
  u64 every = 0;        // every n-th hit
  u64 after = 0;        // not the first n hits
  u64 after_bytes = 0;  // once this many bytes have passed the point
  u64 limit = 0;        // at most n firings; once() is 1
  double chance = 1;    // of those left

  bool matches(const Context& c) const;
};

}  // namespace dfs::fault
