#include "engine/fs/exports.h"

#include <fmt/format.h>

namespace dfs::fs {
namespace {
u32 id_of(std::string_view path) {
  const u64 h = siphash64(SipKey{}, path.data(), path.size());
  return static_cast<u32>(h ^ (h >> 32));
}
}  // namespace

const ExportRule* Export::rule_for(const Endpoint& client) const {
  for (const ExportRule& rule : rules)
    if (rule.clients.contains(client.ip) && (!rule.privileged_port || client.port < 1024)) return &rule;
  return nullptr;
}

Credential squash(const ExportRule& rule, u32 uid, u32 gid, std::span<const u32> groups, bool anonymous) {
  if (anonymous || rule.squash == Squash::all || (rule.squash == Squash::root && uid == 0))
    return {rule.anon_uid, rule.anon_gid, {}, true};
  return {uid, gid, groups};
}

std::string ExportTable::add(std::string path, FileSystem* file_system, std::vector<ExportRule> rules) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (!path.starts_with('/') || path.find("//") != std::string::npos)
    return fmt::format("export path \"{}\" must be absolute, like /export", path);
  if (path.size() > 1024) return "export path is longer than 1024 bytes";
  if (rules.empty()) return fmt::format("export {} has no rule: nobody could use it", path);
  const u32 id = id_of(path);
  for (const auto& e : exports_) {
    if (e->path == path) return fmt::format("export {} is listed twice", path);
    if (e->id == id) return fmt::format("export {} has the same id as {}; rename one of them", path, e->path);
  }
  exports_.push_back(std::make_unique<Export>(Export{id, std::move(path), file_system, std::move(rules)}));
  return {};
}

const Export* ExportTable::by_id(u32 id) const {
  for (const auto& e : exports_)
    if (e->id == id) return e.get();
  return nullptr;
}

const Export* ExportTable::by_path(std::string_view path, std::string_view* rest) const {
  const Export* best = nullptr;
  for (const auto& e : exports_) {
    const std::string& p = e->path;
    const bool whole = path == p || p == "/";
    const bool below = path.starts_with(p) && (p == "/" || path.size() == p.size() || path[p.size()] == '/');
    if ((whole || below) && (best == nullptr || p.size() > best->path.size())) best = e.get();
  }
  if (best == nullptr) return nullptr;
  *rest = path.substr(best->path == "/" ? 0 : best->path.size());
  return best;
}

bool ExportTable::serves(const FsUuid& uuid) const {
  for (const auto& e : exports_)
    if (e->file_system->uuid() == uuid) return true;
  return false;
}

}  // namespace dfs::fs
