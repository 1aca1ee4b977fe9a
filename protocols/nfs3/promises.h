#pragma once

#include <vector>

#include "engine/fs/promises.h"
#include "protocols/nfs3/refusal.h"

namespace dfs::nfs3 {

// What a procedure is about to do to one object.
struct Touching {
  enum class Of : u8 {
    place,         // the place itself
    named,         // what has this name in it, if there is such an object
    dir_if_there,  // the place, if it has an entry of this name
    dir_if_not,    // the place, if it has none
  };
  const Place* place;
  fs::Touch what;
  Of of = Of::place;
  std::string_view name{};
};

struct Cleared {
  bool clear = true;
  std::vector<std::unique_ptr<fs::Promises::Held>> held;
};
Task<Cleared> clear_all(fs::Promises& promises, std::vector<Touching> objects);

template <class Res, class Body>
Async<Res> carry_out(Cleared cleared, const Body& body) {
  if (cleared.clear) return then(body(), [held = std::move(cleared.held)](Res res) { return res; });
  // "the server initiated the request, but was not able to complete it in a timely fashion" (RFC 1813 2.6)
  Res res{};
  res.status = NFS3ERR_JUKEBOX;
  return res;
}

// Carries `body` out once nobody else was promised anything about the objects that it would break: a
// delegation of NFSv4 is asked back first. What is not given back in time makes it JUKEBOX.
template <class Res, size_t N, class Body>
Async<Res> when_clear(Nfs3& n, const Touching (&objects)[N], Body body) {
  if (n.promises == nullptr || !n.promises->any()) [[likely]]
    return body();
  Async<Cleared> clearing = clear_all(*n.promises, {objects, objects + N});
  return then(std::move(clearing),
              [body = std::move(body)](Cleared c) { return carry_out<Res>(std::move(c), body); });
}

// After it: whoever was promised to be told of it is.
inline fs::Telling tell(const Nfs3& n, const Place& place) { return {n.promises, place.fs(), 0}; }

}  // namespace dfs::nfs3
