#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/cause.h"
#include "engine/base/clock.h"

namespace dfs {

enum class EventKind : u16 {
#define TRACE_EVENT(id, name, fields, meaning) id,
#include "engine/base/trace_events.def"
#undef TRACE_EVENT
};

// What the list says of an event, for whoever shows it.
struct EventInfo {
  struct Field {
    const char* name;
    bool number;  // else text
    const char* meaning;
  };
  const char* name;
  std::vector<Field> fields;
  const char* meaning;
};
// By EventKind.
const std::vector<EventInfo>& event_infos();

// One thing that happened.
struct TraceEvent {
  struct Field {
    Field(const char* k, u64 number) : key(k), value(number) {}
    Field(const char* k, std::string text) : key(k), value(std::move(text)) {}
    const char* key;
    std::variant<u64, std::string> value;
  };
  u64 seq = 0;     // counts all events of this trace
  Nanos time = 0;  // of the server's clock
  EventKind kind{};
  u64 conn = 0, request = 0;  // see Cause
  std::vector<Field> fields;

  const char* name() const;
};

// Each event with its fields, `event::RpcCall{.xid = 1, .program = 2}`.
namespace event {
#define NUMBER(name, meaning) u64 name = 0;
#define TEXT(name, meaning) std::string name{};
#define TRACE_EVENT(id, name, fields, meaning)        \
  struct id {                                         \
    static constexpr EventKind kKind = EventKind::id; \
    fields                                            \
  };
#include "engine/base/trace_events.def"
#undef TRACE_EVENT
#undef NUMBER
#undef TEXT

#define TRACE_EVENT(id, name, fields, meaning) std::vector<TraceEvent::Field> fields_of(id e);
#include "engine/base/trace_events.def"
#undef TRACE_EVENT
}  // namespace event

}  // namespace dfs
