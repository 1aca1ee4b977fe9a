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
  std::optional<u64> conn, file, uid, xid, client, index;
  std::optional<std::string> name, proc, op, session, fh;
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

// The filters and the counts there are, for who reads, writes or judges a trigger.
struct NumberFilter {
  const char* name;
  Known known;
  std::optional<u64> Trigger::*member;
};
constexpr NumberFilter kNumberFilters[] = {
    {"conn", kConn, &Trigger::conn},    {"client", kClient, &Trigger::client},
    {"index", kIndex, &Trigger::index}, {"file", kFile, &Trigger::file},
    {"uid", kUid, &Trigger::uid},       {"xid", kXid, &Trigger::xid},
};
struct TextFilter {
  const char* name;
  Known known;
  bool bytes;  // not text: hexadecimal in data
  std::optional<std::string> Trigger::*member;
};
constexpr TextFilter kTextFilters[] = {
    {"name", kName, false, &Trigger::name}, {"proc", kProc, false, &Trigger::proc},
    {"op", kOp, false, &Trigger::op},       {"session", kSession, true, &Trigger::session},
    {"fh", kFh, true, &Trigger::fh},
};
struct Count {
  const char* name;
  u64 Trigger::*member;
};
constexpr Count kCounts[] = {
    {"nth", &Trigger::nth},
    {"first", &Trigger::first},
    {"every", &Trigger::every},
    {"after", &Trigger::after},
    {"after_bytes", &Trigger::after_bytes},
    {"limit", &Trigger::limit},
};

// What a trigger asks that is not in `known`: the name of the filter, or nullptr.
const char* unknown_filter(const Trigger& t, u32 known);
// Names of the filters that are possible with `known`, with commas.
std::string filters_of(u32 known);

}  // namespace dfs::fault
