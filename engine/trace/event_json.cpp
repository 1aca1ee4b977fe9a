#include "engine/trace/event_json.h"

#include <nlohmann/json.hpp>

namespace dfs {

std::string to_json(const TraceEvent& e) {
  nlohmann::ordered_json out = {
      {"seq", e.seq}, {"time", e.time}, {"name", e.name()}, {"conn", e.conn}, {"request", e.request}};
  for (const auto& f : e.fields) std::visit([&](const auto& value) { out[f.key] = value; }, f.value);
  return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string lost_to_json(u64 n) { return nlohmann::json{{"lost", n}}.dump(); }

}  // namespace dfs
