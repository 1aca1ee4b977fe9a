#include "protocols/nfs4/pseudo.h"

#include <algorithm>

namespace dfs::nfs4 {
namespace {

// Not a secret: handles are sealed. The top bit keeps these numbers apart from the small ones that stores
// give, so that mounted_on_fileid is no file of the file system around it.
fs::FileId id_of(std::string_view path) {
  return fs::FileId{siphash64(SipKey{}, path.data(), path.size()) | u64{1} << 63};
}

}  // namespace

Pseudo::Pseudo(const fs::ExportTable& exports, WallTime started) : started_(started) {
  make("");
  for (const auto& ex : exports.all()) {
    const u32 number = make(ex->path == "/" ? "" : ex->path);
    directories_[number].ex = ex.get();
    by_export_[ex.get()] = number;
  }
  // Only now, because names are views of paths that moved while the table grew.
  for (Directory& d : directories_) d.name = std::string_view(d.path).substr(d.path.rfind('/') + 1);
  for (Directory& d : directories_) {
    std::sort(d.children.begin(), d.children.end(),
              [&](u32 a, u32 b) { return directories_[a].name < directories_[b].name; });
    for (u32 c : d.children) d.fingerprint = d.fingerprint * 0x9E3779B97F4A7C15ull + directories_[c].id.value;
  }
}

u32 Pseudo::make(const std::string& path) {
  const fs::FileId id = id_of(path);
  if (const auto it = by_id_.find(id); it != by_id_.end()) return it->second;
  u32 parent = kRoot;
  if (!path.empty()) parent = make(path.substr(0, path.rfind('/')));
  const auto number = static_cast<u32>(directories_.size());
  directories_.push_back({path, {}, parent, id, nullptr, {}});
  by_id_[id] = number;
  if (!path.empty()) directories_[parent].children.push_back(number);
  return number;
}

std::optional<u32> Pseudo::by_id(fs::FileId id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<u32> Pseudo::child(u32 number, std::string_view name) const {
  const auto& children = directories_[number].children;
  const auto it = std::lower_bound(children.begin(), children.end(), name,
                                   [&](u32 c, std::string_view n) { return directories_[c].name < n; });
  return it == children.end() || directories_[*it].name != name ? std::nullopt : std::optional(*it);
}

bool Pseudo::visible(u32 number, const Endpoint& client) const {
  const Directory& d = directories_[number];
  if (number == kRoot || (d.ex != nullptr && d.ex->rule_for(client) != nullptr)) return true;
  return std::any_of(d.children.begin(), d.children.end(), [&](u32 c) { return visible(c, client); });
}

fs::Inode Pseudo::inode(u32 number) const {
  const Directory& d = directories_[number];
  fs::Inode node{};
  node.id = d.id;
  node.type = fs::FileType::directory;
  node.mode = 0555;
  node.nlink = 2 + static_cast<u32>(d.children.size());
  node.size = node.space_used = 4096;
  // Exports are fixed while a server runs: another run may have others.
  node.change = static_cast<u64>(started_.sec) * kSecond + started_.nsec;
  node.atime = node.mtime = node.ctime = node.btime = started_;
  node.parent = directories_[d.parent].id;
  return node;
}

}  // namespace dfs::nfs4
