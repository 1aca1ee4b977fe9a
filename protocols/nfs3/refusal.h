#pragma once

#include "engine/loop/then.h"
#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

// A refusal that never reached the file system. "Server implementors are strongly encouraged to make best
// effort to return attributes whenever possible, even when returning an error" (RFC 1813 2.5): those of
// `place`, unless the handle itself was bad and there is none. `where` names the place for them in the
// results' resfail.
template <class Res, class Where>
Async<Res> refused(const Place* place, nfsstat3 status, Where where) {
  Res res{};
  res.status = status;
  if (place == nullptr) return res;
  return then(place->fs().getattr(place->node), [place, res, where](const fs::AttrResult& r) mutable {
    where(res.resfail) = attrs(*place, r.node, r.known);
    return res;
  });
}

// The same for two objects.
template <class Res, class Where, class OtherWhere>
Async<Res> refused(const Place* place, const Place* other, nfsstat3 status, Where where,
                   OtherWhere other_where) {
  return then(refused<Res>(place, status, where), [other, other_where](Res res) -> Async<Res> {
    if (other == nullptr) return res;
    return then(other->fs().getattr(other->node), [other, res, other_where](const fs::AttrResult& r) mutable {
      other_where(res.resfail) = attrs(*other, r.node, r.known);
      return res;
    });
  });
}

// Most results have the attributes of one directory in this field.
constexpr auto of_directory = [](auto& resfail) -> post_op_attr& { return resfail.dir_wcc.after; };

}  // namespace dfs::nfs3
