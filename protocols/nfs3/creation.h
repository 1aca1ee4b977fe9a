#pragma once

#include "protocols/nfs3/promises.h"

namespace dfs::nfs3 {

// What CREATE, MKDIR, SYMLINK and MKNOD share: their results differ in name only (RFC 1813 3.3.8 to 3.3.11).
template <class Res>
struct Created {
  Nfs3& n;
  rpc::Call& call;
  const Place& place;
  std::string_view name;

  Res operator()(const fs::CreateResult& r) const {
    Res res{};
    res.status = to_status(r.error, NFS3ERR_EXIST);
    if (res.status != NFS3_OK) {
      res.resfail.dir_wcc = wcc(place, r.dir);
      return res;
    }
    tell(n, place).created(name, r);
    res.resok.obj.handle_follows = true;
    res.resok.obj.handle = handle_of(n, call, place, {r.node.id, r.node.generation});
    res.resok.obj_attributes = attrs(place, r.node);
    res.resok.dir_wcc = wcc(place, r.dir);
    return res;
  }
};

// What a creation does to the directory.
inline Touching making(const Place* dir, filename3 name) {
  return {dir, fs::Touch::add_entry, Touching::Of::dir_if_not, name.view()};
}

}  // namespace dfs::nfs3
