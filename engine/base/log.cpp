#include "engine/base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace dfs::log {
namespace {

spdlog::level::level_enum map(Level l) {
  switch (l) {
    case Level::trace:
      return spdlog::level::trace;
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::off:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

std::shared_ptr<spdlog::logger>& sink() {
  static std::shared_ptr<spdlog::logger> logger = [] {
    auto l = std::make_shared<spdlog::logger>("dfs", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    l->set_level(spdlog::level::warn);
    return l;
  }();
  return logger;
}

}  // namespace

void configure(Level level, const std::string& file) {
  if (!file.empty())
    sink() =
        std::make_shared<spdlog::logger>("dfs", std::make_shared<spdlog::sinks::basic_file_sink_mt>(file));
  sink()->set_level(map(level));
  sink()->flush_on(spdlog::level::warn);
}

bool enabled(Level level) { return sink()->should_log(map(level)); }
void write(Level level, std::string_view line) { sink()->log(map(level), line); }

}  // namespace dfs::log
