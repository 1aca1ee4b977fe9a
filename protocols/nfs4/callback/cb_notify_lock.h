#pragma once

#include "protocols/nfs4/callback/callbacks.h"

namespace dfs::nfs4 {

// RFC 8881 20.11: the bytes this lock owner waited for are free. A hint: nothing is done about an answer, and none
// is waited for.
void send_cb_notify_lock(Callbacks& callbacks, const Ref<Client>& client, std::string_view filehandle,
                         std::string_view lock_owner);

}  // namespace dfs::nfs4
