#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

static_assert(ACCESS3_READ == fs::kRead && ACCESS3_LOOKUP == fs::kLookup && ACCESS3_MODIFY == fs::kModify &&
              ACCESS3_EXTEND == fs::kExtend && ACCESS3_DELETE == fs::kDelete &&
              ACCESS3_EXECUTE == fs::kExecute);

// RFC 1813 3.3.4
Async<ACCESS3res> access(Nfs3& n, rpc::Call& call, const ACCESS3args& a) {
  ACCESS3res res{};
  const Place* p;
  if ((res.status = resolve(n, call, a.object, &p)) != NFS3_OK) return res;
  // The file system knows more bits than this protocol.
  constexpr u32 kAll =
      ACCESS3_READ | ACCESS3_LOOKUP | ACCESS3_MODIFY | ACCESS3_EXTEND | ACCESS3_DELETE | ACCESS3_EXECUTE;
  return then(p->fs().access(p->who, p->node, a.access & kAll), [p](const fs::AccessResult& r) {
    ACCESS3res res{};
    res.status = to_status(r.error);
    if (res.status != NFS3_OK) {
      res.resfail.obj_attributes = attrs(*p, r.node, r.known);
      return res;
    }
    constexpr u32 kChanges = ACCESS3_MODIFY | ACCESS3_EXTEND | ACCESS3_DELETE;
    res.resok.obj_attributes = attrs(*p, r.node, r.known);
    res.resok.access =
        p->read_only() && !fs::stands_for_something_local(r.node.type) ? r.granted & ~kChanges : r.granted;
    return res;
  });
}

}  // namespace dfs::nfs3
