#pragma once

#include "engine/base/trace_event.h"

namespace dfs {

// One line of JSON, without its end: seq, time (ns of the server's clock), name, conn, request, and the
// event's own fields. Text that is no UTF-8 has U+FFFD in its place.
std::string to_json(const TraceEvent& e);
// What stands in place of events that were lost: {"lost": n}.
std::string lost_to_json(u64 n);

}  // namespace dfs
