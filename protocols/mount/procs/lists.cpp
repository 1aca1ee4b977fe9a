#include "protocols/mount/program.h"

namespace dfs::mount {

// RFC 1813 5.2.2
Async<mountlist> dump(Mount& m, rpc::Call& call, const rpc::Void&) {
  const auto entries = m.list.entries();
  auto* out = call.arena.make<mountbody>(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    out[i].ml_hostname = call.arena.copy(std::string_view(entries[i].host));
    out[i].ml_directory = call.arena.copy(std::string_view(entries[i].directory));
  }
  return mountlist{out, static_cast<u32>(entries.size())};
}

// RFC 1813 5.2.3
Async<rpc::Void> umnt(Mount& m, rpc::Call& call, const dirpath& path) {
  m.list.remove({call.transport->peer().ip.str(), path.str()});
  return rpc::Void{};
}

// RFC 1813 5.2.4
Async<rpc::Void> umntall(Mount& m, rpc::Call& call, const rpc::Void&) {
  m.list.remove_host(call.transport->peer().ip.str());
  return rpc::Void{};
}

// RFC 1813 5.2.5: an export without groups is open to everyone.
Async<exports> list_exports(Mount& m, rpc::Call& call, const rpc::Void&) {
  const auto& all = m.exports.all();
  auto* out = call.arena.make<exportnode>(all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    out[i].ex_dir = call.arena.copy(std::string_view(all[i]->path));
    const auto& rules = all[i]->rules;
    const bool open =
        std::any_of(rules.begin(), rules.end(), [](const fs::ExportRule& r) { return r.clients.bits == 0; });
    if (open) continue;
    auto* nodes = call.arena.make<groupnode>(rules.size());
    for (size_t k = 0; k < rules.size(); ++k)
      nodes[k].gr_name = call.arena.copy(std::string_view(rules[k].clients.str()));
    out[i].ex_groups = {nodes, static_cast<u32>(rules.size())};
  }
  return exports{out, static_cast<u32>(all.size())};
}

}  // namespace dfs::mount
