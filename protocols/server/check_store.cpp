#include "protocols/server/check_store.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/fs/check.h"
#include "engine/fs/handle.h"
#include "protocols/server/stores_factory.h"

namespace dfs::server {

namespace {

std::string who(const fs::Finding& f) {
  if (f.object == fs::FileId(0)) return {};
  if (f.path.empty()) return fmt::format("object {}: ", f.object.value);
  return fmt::format("object {} ({}): ", f.object.value, f.path);
}

// The key that seals handles is of the whole server.
bool check_key(const Config& config, const std::function<void(const std::string&)>& say) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(handle_key_file(config), missing);
  if (missing || size == sizeof(SipKey)) return true;  // a server that never served has none
  say(fmt::format("{} is damaged: it has {} bytes", handle_key_file(config), size));
  return false;
}

}  // namespace

int check_stores(const Config& config, bool deep, const std::function<void(const std::string&)>& say) {
  Config thorough = config;
  thorough.verify = true;
  RealClock clock;
  Random random(1);
  Workers workers(1);
  int bad = check_key(config, say) ? 0 : 1;
  for (const ExportConfig& e : config.exports) {
    const std::string folder = store_folder(config, e.path);
    if (!std::filesystem::exists(folder)) {
      say(fmt::format("{}: {} is not there", e.path, folder));
      ++bad;
      continue;
    }
    auto stores = open_configured_stores({thorough, e, clock, random, workers, false});
    if (!stores) {
      say(fmt::format("{}: {}", e.path, stores.error()));
      ++bad;
      continue;
    }
    size_t damage = 0, leftovers = 0;
    for (const fs::Finding& f : run_blocking(fs::check(*stores->metadata, *stores->content, deep))) {
      const bool damaged = f.severity == fs::Finding::Severity::damage;
      ++(damaged ? damage : leftovers);
      say(fmt::format("{}: {}: {}{}", e.path, damaged ? "damage" : "leftover", who(f), f.text));
    }
    say(fmt::format("{}: {}", e.path,
                    damage != 0 ? fmt::format("damaged in {} places; restore it from a backup", damage)
                    : leftovers != 0
                        ? fmt::format("sound, with {} leftovers that the next start removes", leftovers)
                        : std::string("sound")));
    bad += damage != 0;
    stores->content->close();
    stores->metadata->close();
  }
  return bad;
}

}  // namespace dfs::server
