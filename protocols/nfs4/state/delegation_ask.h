#pragma once

#include "protocols/nfs4/callback/referring_call.h"
#include "protocols/nfs4/place.h"
#include "protocols/nfs4/state/client.h"
#include "protocols/nfs4/state/delegated_times.h"

namespace dfs::nfs4 {

// Who is to have a delegation of what.
struct DelegationAsk {
  Ref<Client> client;
  Place file;  // its `who` is not looked at
  Principal who;
  ReferringCall by;  // the request that asks for it
  bool write = false;
  DelegatedTimes times;
  bool reclaim = false;
  bool pushed = false;  // it was asked for long ago, and what the client has by now stays as it is
};

}  // namespace dfs::nfs4
