#include "engine/base/trace_event.h"

namespace dfs {

const std::vector<EventInfo>& event_infos() {
  static const std::vector<EventInfo> kInfos = {
#define NUMBER(name, meaning) {#name, true, meaning},
#define TEXT(name, meaning) {#name, false, meaning},
#define LISTED(...) \
  { __VA_ARGS__ }
#define TRACE_EVENT(id, name, fields, meaning) {name, LISTED(fields), meaning},
#include "engine/base/trace_events.def"
#undef TRACE_EVENT
#undef LISTED
#undef NUMBER
#undef TEXT
  };
  return kInfos;
}

namespace event {
#define NUMBER(name, meaning) out.emplace_back(#name, e.name);
#define TEXT(name, meaning) out.emplace_back(#name, std::move(e.name));
#define TRACE_EVENT(id, name, fields, meaning)                      \
  std::vector<TraceEvent::Field> fields_of([[maybe_unused]] id e) { \
    std::vector<TraceEvent::Field> out;                             \
    fields return out;                                              \
  }
#include "engine/base/trace_events.def"
#undef TRACE_EVENT
#undef NUMBER
#undef TEXT
}  // namespace event

const char* TraceEvent::name() const { return event_infos()[static_cast<size_t>(kind)].name; }

}  // namespace dfs
