#include "protocols/nfs3/promises.h"

namespace dfs::nfs3 {
namespace {

// Whose promises are in question; none when it depends on a name, and is not so.
Task<std::optional<fs::FileId>> object_of(const Touching& t) {
  const Place& p = *t.place;
  if (t.of == Touching::Of::place) co_return p.node.id;
  // The procedures refuse these names.
  if (t.name == "." || t.name == "..") co_return std::nullopt;
  Async<fs::LookupResult> looking = p.fs().lookup(p.who, p.node, t.name);
  const fs::LookupResult r = co_await looking;
  const bool there = r.error == fs::FsError::ok;
  if (t.of == Touching::Of::named && there) co_return r.node.id;
  if (t.of == Touching::Of::dir_if_there && there) co_return p.node.id;
  if (t.of == Touching::Of::dir_if_not && r.error == fs::FsError::not_found) co_return p.node.id;
  co_return std::nullopt;
}

}  // namespace

Task<Cleared> clear_all(fs::Promises& promises, std::vector<Touching> objects) {
  Cleared out;
  for (const Touching& t : objects) {
    Task<std::optional<fs::FileId>> finding = object_of(t);
    const std::optional<fs::FileId> object = co_await finding;
    if (!object) continue;
    Async<fs::Promises::Clear> clearing = promises.clear(t.place->fs(), *object, t.what);
    fs::Promises::Clear clear = co_await clearing;
    if (!clear.clear) {
      out.clear = false;
      break;
    }
    out.held.push_back(std::move(clear.held));
  }
  co_return std::move(out);
}

}  // namespace dfs::nfs3
