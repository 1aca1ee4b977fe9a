#include "protocols/nfs4/ops.h"

namespace dfs::nfs4::ops {
namespace {

constexpr u32 kAll =
    ACCESS4_READ | ACCESS4_LOOKUP | ACCESS4_MODIFY | ACCESS4_EXTEND | ACCESS4_DELETE | ACCESS4_EXECUTE;
constexpr u32 kXattrs = ACCESS4_XAREAD | ACCESS4_XAWRITE | ACCESS4_XALIST;  // RFC 8276 8.5
constexpr u32 kChanging = ACCESS4_MODIFY | ACCESS4_EXTEND | ACCESS4_DELETE | ACCESS4_XAWRITE;

// Bits there are in a minor version.
u32 known(u32 minor) { return minor < 2 ? kAll : kAll | kXattrs; }

// Bits that mean something for this object (RFC 8881 18.1.3).
u32 supported(u32 wanted, const fs::Inode& node, const fs::Facts& facts) {
  const bool directory = node.type == fs::FileType::directory;
  u32 meant = ACCESS4_READ | ACCESS4_MODIFY | ACCESS4_EXTEND;
  meant |= directory ? ACCESS4_LOOKUP | ACCESS4_DELETE : ACCESS4_EXECUTE;
  if (facts.xattrs && (directory || node.type == fs::FileType::regular)) meant |= kXattrs;
  return wanted & meant;
}

}  // namespace

// RFC 7530 16.1, RFC 8881 18.1, RFC 8276 8.5
Async<ACCESS4res> access(Compound& c, const ACCESS4args& a) {
  const Place& p = c.current.place;
  if (a.access & ~known(c.minor)) return with_status<ACCESS4res>(NFS4ERR_INVAL);
  if (!p.object()) {
    ACCESS4res res{};
    res.resok4.supported = a.access & (ACCESS4_READ | ACCESS4_LOOKUP | kChanging) & kAll;
    res.resok4.access = a.access & (ACCESS4_READ | ACCESS4_LOOKUP);
    return res;
  }
  return then(p.fs().access(p.who, p.node, a.access), [&c, wanted = a.access](const fs::AccessResult& r) {
    ACCESS4res res{};
    res.status = to_status(r.error);
    if (res.status != NFS4_OK) return res;
    res.resok4.supported = supported(wanted, r.node, c.current.place.fs().facts());
    res.resok4.access = r.granted & res.resok4.supported;
    if (c.current.place.read_only() && !fs::stands_for_something_local(r.node.type))
      res.resok4.access &= ~kChanging;
    return res;
  });
}

}  // namespace dfs::nfs4::ops
