#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "protocols/nfs4/attrs/owners.h"
#include "protocols/server/config.h"
#include "protocols/server/fault_rules.h"
#include "protocols/server/fault_words.h"

namespace dfs::server {
namespace {

// An error at a place of the file.
struct Bad {
  YAML::Mark mark;
  std::string what;
};

const char* squash_name(fs::Squash s) {
  switch (s) {
    case fs::Squash::none:
      return "no_root_squash";
    case fs::Squash::root:
      return "root_squash";
    case fs::Squash::all:
      return "all_squash";
  }
  return "";
}

std::string rule_text(const fs::ExportRule& r) {
  std::string out = r.read_only ? "ro" : "rw";
  out += fmt::format(",{}", squash_name(r.squash));
  if (r.anon_uid != 65534) out += fmt::format(",anonuid={}", r.anon_uid);
  if (r.anon_gid != 65534) out += fmt::format(",anongid={}", r.anon_gid);
  if (r.privileged_port) out += ",secure";
  if (r.clients.bits != 0) out += fmt::format(",clients={}", r.clients.str());
  return out;
}

// - path: /export
//   rules: [ "rw,clients=192.0.2.0/24", "ro" ]
void read_export(const YAML::Node& node, Config& config) {
  if (!node.IsMap()) throw Bad{node.Mark(), "an export is a map with path and rules"};
  ExportConfig out;
  for (const auto& item : node) {
    const auto key = item.first.as<std::string>();
    if (key != "path" && key != "rules")
      throw Bad{item.first.Mark(), fmt::format("an export has path and rules, no {}", key)};
  }
  if (!node["path"]) throw Bad{node.Mark(), "an export needs a path"};
  out.path = node["path"].as<std::string>();
  std::vector<std::string> rules;
  if (!node["rules"])
    rules.emplace_back("rw");
  else if (node["rules"].IsScalar())
    rules.push_back(node["rules"].as<std::string>());
  else
    for (const auto& r : node["rules"]) rules.push_back(r.as<std::string>());
  for (const auto& rule : rules) {
    auto parsed = parse_export(out.path + "=" + rule);
    if (!parsed) throw Bad{node.Mark(), parsed.error()};
    out.rules.push_back(parsed->rules.front());
  }
  config.exports.push_back(std::move(out));
}

// - {point: nfs4.op.OPEN.enter, every: 3, do: {fail: NFS4ERR_DELAY}}
void read_fault(const YAML::Node& node, const std::string& file, Config& config) {
  auto rule = fault::rule_from_data(json_of(node), fault_words());
  if (!rule) throw Bad{node.Mark(), rule.error()};
  config.faults.push_back({std::move(*rule), fmt::format("{}:{}", file, node.Mark().line + 1)});
}

void read_map(const YAML::Node& node, const std::string& prefix, const std::string& file, Config& config) {
  for (const auto& item : node) {
    const std::string key = prefix + item.first.as<std::string>();
    if (key == "exports") {
      if (!item.second.IsSequence()) throw Bad{item.second.Mark(), "exports is a list"};
      config.exports.clear();
      for (const auto& e : item.second) read_export(e, config);
    } else if (key == "faults") {
      if (!item.second.IsSequence()) throw Bad{item.second.Mark(), "faults is a list of rules"};
      config.faults.clear();
      for (const auto& rule : item.second) read_fault(rule, file, config);
    } else if (item.second.IsMap()) {
      read_map(item.second, key + ".", file, config);
    } else if (item.second.IsScalar()) {
      const std::string error = set(config, key, item.second.as<std::string>());
      if (!error.empty()) throw Bad{item.first.Mark(), error};
    } else {
      throw Bad{item.first.Mark(), fmt::format("{} needs one value", key)};
    }
  }
}

}  // namespace

Result<Config, std::string> parse_config(const std::string& yaml, const std::string& name, Config base) {
  auto at = [&](const YAML::Mark& m, const std::string& what) {
    return failure(fmt::format("{}:{}:{}: {}", name, m.line + 1, m.column + 1, what));
  };
  try {
    const YAML::Node root = YAML::Load(yaml);
    if (root.IsNull()) return base;
    if (!root.IsMap()) return at(root.Mark(), "a configuration is a map of settings");
    read_map(root, "", name, base);
    return base;
  } catch (const Bad& bad) {
    return at(bad.mark, bad.what);
  } catch (const YAML::Exception& e) {
    return at(e.mark, e.msg);
  }
}

Result<Config, std::string> load_config(const std::string& file, Config base) {
  std::ifstream in(file);
  if (!in)
    return failure(
        fmt::format("cannot read {}: {}; `dfs init` writes one to start from", file, strerror(errno)));
  std::stringstream text;
  text << in.rdbuf();
  return parse_config(text.str(), file, std::move(base));
}

std::string apply_environment(Config& config, char** environment) {
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view item = *environment;
    if (!item.starts_with("DITTOFS_")) continue;
    const size_t equals = item.find('=');
    const std::string_view name = item.substr(0, equals);
    std::string found;
    for (const Setting& s : settings(config)) {
      std::string variable = "DITTOFS_";
      for (char c : s.path)
        variable += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      if (variable == name) found = s.path;
    }
    if (found.empty()) return fmt::format("{} names no setting; `dfs config schema` lists them", name);
    const std::string error = set(config, found, std::string(item.substr(equals + 1)));
    if (!error.empty()) return fmt::format("{}: {}", name, error);
  }
  return {};
}

std::string validate(const Config& c) {
  if (!IpAddress::parse(c.address))
    return fmt::format("listen.address: \"{}\" is not an IP address", c.address);
  u32 mode = 0;
  for (char d : c.root_mode)
    mode = d >= '0' && d <= '7' && mode <= 07777 ? mode * 8 + static_cast<u32>(d - '0') : 010000;
  if (c.root_mode.empty() || mode > 07777)
    return fmt::format("store.root_mode: \"{}\" is not an octal mode", c.root_mode);
  std::vector<nfs4::Owners::Name> names;
  if (std::string error = nfs4::Owners::parse(c.users, &names); !error.empty()) return "nfs4.users: " + error;
  if (std::string error = nfs4::Owners::parse(c.groups, &names); !error.empty())
    return "nfs4.groups: " + error;
  if (c.portmap && c.nfs_port != 0 && c.nfs_port == c.portmap_port)
    return "listen.portmap_port: NFS and portmap cannot share a port";
  if (c.exports.empty())
    return "nothing to serve: add an export (`--export /export=rw`, or exports: in the configuration)";
  fs::ExportTable table;
  for (const auto& e : c.exports)
    if (std::string error = table.add(e.path, nullptr, e.rules); !error.empty()) return error;
  return {};
}

std::string to_yaml(const Config& config) {
  std::string out, section;
  for (const Setting& s : settings(config)) {
    const size_t dot = s.path.find('.');
    if (s.path.substr(0, dot) != section) {
      section = s.path.substr(0, dot);
      out += fmt::format("{}{}:\n", out.empty() ? "" : "\n", section);
    }
    const bool quoted = std::string_view(s.type) == "string" || std::string_view(s.type) == "choice";
    out += fmt::format("  # {}\n  {}: {}\n", s.help, s.path.substr(dot + 1),
                       quoted ? fmt::format("\"{}\"", s.value) : s.value);
  }
  out += "\nexports:\n";
  for (const auto& e : config.exports) {
    out += fmt::format("  - path: {}\n    rules:\n", e.path);
    for (const auto& r : e.rules) out += fmt::format("      - \"{}\"\n", rule_text(r));
  }
  if (!config.faults.empty()) out += "\nfaults:\n";
  for (const FaultConfig& f : config.faults)
    out += fmt::format("  - {}\n", fault::rule_to_data(f.rule, fault_words()).dump());
  return out;
}

}  // namespace dfs::server
