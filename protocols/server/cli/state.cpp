// dfs state
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "protocols/server/cli/commands.h"

namespace dfs::server::cli {
namespace {

using nlohmann::ordered_json;

// An owner as its client wrote it, when that is text.
std::string name_of(const std::string& hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    const auto c = static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    if (c < ' ' || c > '~') return hex;
    out += c;
  }
  return out;
}

std::string several(size_t n, const char* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

void print_client(const ordered_json& c) {
  fmt::print("client {:x} (4.{}{}) {}\n", c["id"].get<u64>(), c["minor"].get<u32>(),
             c["minor"].get<u32>() != 0 ? " or later" : "", name_of(c["owner"].get<std::string>()));
  fmt::print("  lease: {:.0f} s left{}{}\n", c["lease_left"].get<double>(),
             c["confirmed"].get<bool>() ? "" : ", not confirmed",
             c["courtesy"].get<bool>() ? ", kept by courtesy" : "");
  fmt::print("  has: {}, {}, {}, {}; callback path {}\n", several(c["sessions"].size(), "session"),
             several(c["opens"].size(), "open"), several(c["locks"].size(), "lock stateid"),
             several(c["delegations"].size(), "delegation"), c["callback_path"].get<std::string>());
  for (const auto& s : c["sessions"])
    fmt::print("  session {}: {} on {}\n", s["id"].get<std::string>(), several(s["slots"].size(), "slot"),
               several(s["connections"].size(), "connection"));
  for (const auto& open : c["opens"])
    fmt::print("  open of file {}: access {}, deny {}\n", open["file_id"].get<u64>(),
               open["access"].get<u32>(), open["deny"].get<u32>());
  for (const auto& d : c["delegations"])
    fmt::print("  delegation of file {}: {}{}\n", d["file_id"].get<u64>(), d["type"].get<std::string>(),
               d["recalled"].get<bool>() ? ", recalled" : "");
}

}  // namespace

int state(const ServerOptions& o, bool json) {
  std::string answer;
  if (const int failed = ask(o, "GET", "/api/v1/state", {}, &answer); failed != 0) return failed;
  const auto s = ordered_json::parse(answer);
  if (json) {
    fmt::print("{}\n", s.dump(2));
    return 0;
  }
  fmt::print("{}, {} in use\n", several(s["clients"].size(), "client"), several(s["files"].size(), "file"));
  if (s["grace"]["active"].get<bool>())
    fmt::print("grace period: {:.0f} s left at the most\n", s["grace"]["left"].get<double>());
  for (const auto& c : s["clients"]) print_client(c);
  return 0;
}

}  // namespace dfs::server::cli
