#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "protocols/server/config.h"

namespace dfs::server {

std::string json_schema() {
  nlohmann::ordered_json root = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                                 {"title", "DittoFS configuration"},
                                 {"type", "object"},
                                 {"additionalProperties", false}};
  auto& properties = root["properties"];
  for (const Setting& s : settings(Config{})) {
    const size_t dot = s.path.find('.');
    auto& section = properties[s.path.substr(0, dot)];
    section["type"] = "object";
    section["additionalProperties"] = false;
    auto& p = section["properties"][s.path.substr(dot + 1)];
    const std::string_view type = s.type;
    p["type"] = type == "choice" ? "string" : s.type;
    p["description"] = s.help;
    if (type == "integer" || type == "number") {
      p["default"] = nlohmann::ordered_json::parse(s.fallback);
      p["minimum"] = nlohmann::ordered_json::parse(s.minimum);
      p["maximum"] = nlohmann::ordered_json::parse(s.maximum);
    } else if (type == "boolean") {
      p["default"] = s.fallback == "true";
    } else {
      p["default"] = s.fallback;
    }
    if (!s.choices.empty()) p["enum"] = s.choices;
  }
  properties["exports"] = {
      {"type", "array"},
      {"description", "What is served, and to whom."},
      {"items",
       {{"type", "object"},
        {"required", {"path"}},
        {"additionalProperties", false},
        {"properties",
         {{"path", {{"type", "string"}, {"pattern", "^/"}}},
          {"rules",
           {{"description", "Options as in exports(5); the first rule whose clients= matches decides."},
            {"anyOf", {{{"type", "string"}}, {{"type", "array"}, {"items", {{"type", "string"}}}}}}}}}}}}};
  properties["faults"] = {
      {"type", "array"},
      {"description", "Fault rules as data (docs/faults.md), armed before the first request."},
      {"items", {{"type", "object"}, {"required", {"point", "do"}}}}};
  return root.dump(2);
}

std::string settings_markdown() {
  std::string out = "| setting | type | default | range | what it does |\n|---|---|---|---|---|\n";
  for (const Setting& s : settings(Config{})) {
    std::string range;
    if (!s.minimum.empty()) range = fmt::format("{} to {}", s.minimum, s.maximum);
    if (!s.choices.empty()) range = fmt::format("{}", fmt::join(s.choices, ", "));
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", s.path, s.type,
                       s.fallback.empty() ? "" : "`" + s.fallback + "`", range, s.help);
  }
  return out;
}

}  // namespace dfs::server
