#include "protocols/nfs4/state/trace.h"

#include <fmt/format.h>

namespace dfs::nfs4 {
namespace {

template <class T>
std::string hex(const T& bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

const char* name_of(StateKind kind) {
  switch (kind) {
    case StateKind::copy:
      return "copy";
    case StateKind::open:
      return "open";
    case StateKind::lock:
      return "lock";
    case StateKind::delegation:
      return "delegation";
  }
  return "";
}

const char* name_of(Gone why) {
  switch (why) {
    case Gone::never_was:
    case Gone::closed:
      return "closed";
    case Gone::expired:
      return "expired";
    case Gone::revoked:
      return "revoked";
  }
  return "";
}

}  // namespace

void trace_begun(Trace& trace, const StateRecord& record) {
  if (!trace.enabled()) [[likely]]
    return;
  trace.emit(event::Nfs4StateBegun{.kind = name_of(record.kind),
                                   .clientid = record.client().id.value,
                                   .stateid = hex(record.other),
                                   .file = record.node.id.value});
}

void trace_ended(Trace& trace, const StateRecord& record, Gone why) {
  if (!trace.enabled()) [[likely]]
    return;
  trace.emit(event::Nfs4StateEnded{.kind = name_of(record.kind),
                                   .clientid = record.client().id.value,
                                   .stateid = hex(record.other),
                                   .file = record.node.id.value,
                                   .why = name_of(why)});
}

void trace_created(Trace& trace, const Session& session) {
  if (trace.enabled()) trace.emit(event::Nfs4SessionCreated{session.client->id.value, hex(session.id)});
}

void trace_ended(Trace& trace, const Session& session) {
  if (trace.enabled()) trace.emit(event::Nfs4SessionEnded{session.client->id.value, hex(session.id)});
}

}  // namespace dfs::nfs4
