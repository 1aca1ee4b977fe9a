#include <fmt/format.h>

#include <charconv>

#include "protocols/server/config.h"

namespace dfs::server {
namespace {

// One option of exports(5) style; says what is wrong with it, or nothing.
std::string apply_option(fs::ExportRule& rule, std::string_view option) {
  auto number = [&](std::string_view digits, u32& out) -> std::string {
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
      return fmt::format("\"{}\" needs a number", option);
    return {};
  };
  if (option == "rw")
    rule.read_only = false;
  else if (option == "ro")
    rule.read_only = true;
  else if (option == "no_root_squash")
    rule.squash = fs::Squash::none;
  else if (option == "root_squash")
    rule.squash = fs::Squash::root;
  else if (option == "all_squash")
    rule.squash = fs::Squash::all;
  else if (option == "secure")
    rule.privileged_port = true;
  else if (option == "insecure")
    rule.privileged_port = false;
  else if (option.starts_with("anonuid="))
    return number(option.substr(8), rule.anon_uid);
  else if (option.starts_with("anongid="))
    return number(option.substr(8), rule.anon_gid);
  else if (option.starts_with("clients=")) {
    const auto network = IpNetwork::parse(option.substr(8));
    if (!network)
      return fmt::format("\"{}\" is not an address, a network like 192.0.2.0/24, or *", option.substr(8));
    rule.clients = *network;
  } else {
    return fmt::format(
        "\"{}\" is no export option; there are rw, ro, no_root_squash, root_squash, all_squash, secure, "
        "insecure, "
        "anonuid=N, anongid=N, clients=NETWORK",
        option);
  }
  return {};
}

}  // namespace

Result<ExportConfig, std::string> parse_export(const std::string& text) {
  ExportConfig out;
  const size_t equals = text.find('=');
  out.path = text.substr(0, equals);
  if (!out.path.starts_with('/'))
    return failure(fmt::format("export \"{}\": the path must start with / (as in /export=rw)", text));
  fs::ExportRule rule;
  rule.squash = fs::Squash::none;  // a testbed's root is root unless it is said otherwise
  std::string_view options = equals == std::string::npos ? "" : std::string_view(text).substr(equals + 1);
  while (!options.empty()) {
    const size_t comma = options.find(',');
    const std::string error = apply_option(rule, options.substr(0, comma));
    if (!error.empty()) return failure(fmt::format("export {}: {}", out.path, error));
    options = comma == std::string_view::npos ? "" : options.substr(comma + 1);
  }
  out.rules.push_back(rule);
  return out;
}

std::string add_export(Config& config, const std::string& text) {
  auto parsed = parse_export(text);
  if (!parsed) return parsed.error();
  for (ExportConfig& e : config.exports) {
    if (e.path == parsed->path) {
      e.rules.push_back(parsed->rules.front());
      return {};
    }
  }
  config.exports.push_back(std::move(*parsed));
  return {};
}

}  // namespace dfs::server
