#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/ip.h"
#include "engine/fs/file_system.h"
#include "engine/fs/handle.h"

namespace dfs::fs {

enum class Squash : u8 { none, root, all };

// What clients of some addresses may do with an export.
struct ExportRule {
  IpNetwork clients;
  bool read_only = false;
  Squash squash = Squash::root;
  u32 anon_uid = 65534, anon_gid = 65534;
  bool privileged_port = false;  // only ports below 1024
};

struct Export {
  u32 id;            // from the path, so that it survives a restart
  std::string path;  // "/export", no trailing slash
  FileSystem* file_system;
  std::vector<ExportRule> rules;  // the first that matches decides

  // The rule for a client, or nullptr: it may not use this export.
  const ExportRule* rule_for(const Endpoint& client) const;
};

// Applies an export's squashing to who the transport says is calling. `anonymous`: no credential was given.
Credential squash(const ExportRule& rule, u32 uid, u32 gid, std::span<const u32> groups, bool anonymous);

// All exports of a server. Fixed after start-up.
class ExportTable {
 public:
  // Says what is wrong with the path or the rules, or nothing.
  std::string add(std::string path, FileSystem* file_system, std::vector<ExportRule> rules);

  const std::vector<std::unique_ptr<Export>>& all() const { return exports_; }
  const Export* by_id(u32 id) const;
  // The export that holds the path, and what is left of the path below it.
  const Export* by_path(std::string_view path, std::string_view* rest) const;
  bool serves(const FsUuid& uuid) const;

 private:
  std::vector<std::unique_ptr<Export>> exports_;
};

}  // namespace dfs::fs
