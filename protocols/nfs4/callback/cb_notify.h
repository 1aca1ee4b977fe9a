#pragma once

#include "protocols/nfs4/callback/callbacks.h"
#include "protocols/nfs4/program.h"
#include "protocols/nfs4/state/directory_watch.h"

namespace dfs::nfs4 {

// What CB_NOTIFY says of something that happened (RFC 8881 20.4), with attributes as they are by now: of an
// object that is gone there are none.
Task<DirectoryDelegation::Notice> notice_of(const Nfs4& server, const DirectoryDelegation& d,
                                            const DirectoryTidings& t);

// CB_NOTIFY with these, in this order.
CbOps cb_notify(State& state, const DirectoryDelegation& d,
                std::span<const DirectoryDelegation::Notice> notices);

}  // namespace dfs::nfs4
