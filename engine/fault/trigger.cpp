#include "engine/fault/trigger.h"

namespace dfs::fault {

bool Trigger::matches(const Context& c) const {
  return (!conn || *conn == c.conn) && (!file || *file == c.file) && (!uid || *uid == c.uid) &&
         (!xid || *xid == c.xid) && (!name || *name == c.name) && (!proc || *proc == c.detail);
}

}  // namespace dfs::fault
