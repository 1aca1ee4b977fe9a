#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {
namespace {

constexpr u32 kAll =
    ACCESS4_READ | ACCESS4_LOOKUP | ACCESS4_MODIFY | ACCESS4_EXTEND | ACCESS4_DELETE | ACCESS4_EXECUTE;
constexpr u32 kChanging = ACCESS4_MODIFY | ACCESS4_EXTEND | ACCESS4_DELETE;

// Bits that mean something for this object (RFC 8881 18.1.3).
u32 supported(u32 wanted, const fs::Inode& node) {
  u32 known = ACCESS4_READ | ACCESS4_MODIFY | ACCESS4_EXTEND;
  known |= node.type == fs::FileType::directory ? ACCESS4_LOOKUP | ACCESS4_DELETE : ACCESS4_EXECUTE;
  return wanted & known;
}

}  // namespace

// RFC 7530 16.1, RFC 8881 18.1
Async<ACCESS4res> access(Compound& c, const ACCESS4args& a) {
  const Place& p = c.current.place;
  if (a.access & ~kAll) return with_status<ACCESS4res>(NFS4ERR_INVAL);
  if (!p.object()) {
    ACCESS4res res{};
    res.resok4.supported = a.access & (ACCESS4_READ | ACCESS4_LOOKUP | kChanging);
    res.resok4.access = a.access & (ACCESS4_READ | ACCESS4_LOOKUP);
    return res;
  }
  return then(p.fs().access(p.who, p.node, a.access), [&c, wanted = a.access](const fs::AccessResult& r) {
    ACCESS4res res{};
    res.status = to_status(r.error);
    if (res.status != NFS4_OK) return res;
    res.resok4.supported = supported(wanted, r.node);
    res.resok4.access = r.granted & res.resok4.supported;
    if (c.current.place.read_only() && !fs::stands_for_something_local(r.node.type))
      res.resok4.access &= ~kChanging;
    return res;
  });
}

}  // namespace dfs::nfs4::ops
