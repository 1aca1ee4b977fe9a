#pragma once

#include "engine/fs/promises.h"
#include "protocols/nfs3/refusal.h"

namespace dfs::nfs3 {

// Carries `body` out once nobody else was promised anything about the file that it would break: a delegation
// of NFSv4 is asked back first. What is not given back in time makes it JUKEBOX, "the server initiated the
// request, but was not able to complete it in a timely fashion" (RFC 1813 2.6).
template <class Res, class Body>
Async<Res> when_clear(Nfs3& n, const Place& p, fs::FileId file, fs::Touch what, Body body) {
  if (n.promises == nullptr || !n.promises->any()) [[likely]]
    return body();
  return then(n.promises->clear(p.fs(), file, what), [body = std::move(body)](bool clear) -> Async<Res> {
    if (clear) return body();
    Res res{};
    res.status = NFS3ERR_JUKEBOX;
    return res;
  });
}

// The same for what has this name in the directory, if there is such a file.
template <class Res, class Body>
Async<Res> when_clear(Nfs3& n, const Place& dir, filename3 name, fs::Touch what, Body body) {
  if (n.promises == nullptr || !n.promises->any()) [[likely]]
    return body();
  return then(dir.fs().lookup(dir.who, dir.node, name.view()),
              [&n, &dir, what, body = std::move(body)](const fs::LookupResult& r) mutable -> Async<Res> {
                if (r.error != fs::FsError::ok) return body();
                return when_clear<Res>(n, dir, r.node.id, what, std::move(body));
              });
}

}  // namespace dfs::nfs3
