#include "engine/fault/trigger.h"

#include <fmt/format.h>

#include <algorithm>

namespace dfs::fault {

bool Trigger::matches(const Context& c) const {
  return (!conn || *conn == c.conn) && (!file || *file == c.file) && (!uid || *uid == c.uid) &&
         (!xid || *xid == c.xid) && (!client || *client == c.client) && (!index || *index == c.index) &&
         (!name || *name == c.name) && (!proc || *proc == (c.proc.empty() ? c.detail : c.proc)) &&
         (!op || *op == c.op) && (!session || *session == c.session) && (!fh || *fh == c.fh);
}

bool Event::is(const TraceEvent& e) const {
  if (name != e.name()) return false;
  for (const auto& wanted : fields)
    if (std::none_of(e.fields.begin(), e.fields.end(), [&](const TraceEvent::Field& f) {
          return wanted.first == f.key && f.value == wanted.second;
        }))
      return false;
  return true;
}

const char* unknown_filter(const Trigger& t, u32 known) {
  for (const NumberFilter& f : kNumberFilters)
    if (t.*f.member && (known & f.known) == 0) return f.name;
  for (const TextFilter& f : kTextFilters)
    if (t.*f.member && (known & f.known) == 0) return f.name;
  if (t.condition != 0 && (known & kWaits) == 0) return "if";
  return t.after_bytes != 0 && (known & kBytes) == 0 ? "after_bytes" : nullptr;
}

std::string filters_of(u32 known) {
  std::string out;
  auto add = [&](const char* name) { out += fmt::format("{}{}", out.empty() ? "" : ", ", name); };
  for (const NumberFilter& f : kNumberFilters)
    if (known & f.known) add(f.name);
  for (const TextFilter& f : kTextFilters)
    if (known & f.known) add(f.name);
  if (known & kWaits) add("if");
  if (known & kBytes) add("after_bytes");
  return out.empty() ? "none" : out;
}

}  // namespace dfs::fault
