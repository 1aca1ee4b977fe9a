#pragma once

#include "engine/base/trace.h"
#include "protocols/nfs4/state/session.h"
#include "protocols/nfs4/state/state_record.h"

namespace dfs::nfs4 {

// What becomes of stateids and sessions, told to a trace when anybody listens.
void trace_begun(Trace& trace, const StateRecord& record);
void trace_ended(Trace& trace, const StateRecord& record, Gone why);
void trace_created(Trace& trace, const Session& session);
void trace_ended(Trace& trace, const Session& session);

}  // namespace dfs::nfs4
