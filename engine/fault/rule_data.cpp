#include "engine/fault/rule_data.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace dfs::fault {
namespace {

using nlohmann::json;
using Problem = std::optional<std::string>;  // what is wrong, if anything is

std::string keys_of_rules() {
  std::string out = "point, do";
  for (const NumberFilter& f : kNumberFilters) out += fmt::format(", {}", f.name);
  for (const TextFilter& f : kTextFilters) out += fmt::format(", {}", f.name);
  for (const Count& c : kCounts) out += fmt::format(", {}", c.name);
  return out + ", chance, if, until";
}

Problem wrong(std::string_view name, std::string_view wanted, const json& value) {
  return fmt::format("{} is {}; not {}", name, wanted, value.dump());
}

// --- bytes
// ---------------------------------------------------------------------------------------------------------

std::string to_hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<u8>(c));
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return {};
  std::string out;
  for (size_t i = 0; i < text.size(); i += 2) {
    u8 byte = 0;
    for (const char c : text.substr(i, 2)) {
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return {};
      byte = static_cast<u8>(byte << 4 | digit);
    }
    out += static_cast<char>(byte);
  }
  return out;
}

bool printable(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

json bytes_to_data(std::string_view bytes) {
  if (printable(bytes)) return bytes;
  return {{"hex", to_hex(bytes)}};
}

std::optional<std::string> bytes_from_data(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object() || value.size() != 1 || !value.contains("hex") || !value["hex"].is_string())
    return {};
  return from_hex(value["hex"].get<std::string>());
}

// --- triggers
// ------------------------------------------------------------------------------------------------------

// The name of an event, or {"event": name} with fields that it has to have.
Problem read_event(const json& value, Event* out) {
  if (value.is_string()) {
    out->name = value.get<std::string>();
    return {};
  }
  if (!value.is_object() || !value.contains("event") || !value["event"].is_string())
    return wrong("until", R"(an event of the trace, or {"event": name} with its fields)", value);
  for (const auto& [key, field] : value.items()) {
    if (key == "event")
      out->name = field.get<std::string>();
    else if (field.is_number_unsigned())
      out->fields.emplace_back(key, field.get<u64>());
    else if (field.is_string())
      out->fields.emplace_back(key, field.get<std::string>());
    else
      return wrong(key, "a number or text", field);
  }
  return {};
}

json event_to_data(const Event& e) {
  if (e.fields.empty()) return e.name;
  json out{{"event", e.name}};
  for (const auto& [key, value] : e.fields) std::visit([&, k = key](const auto& v) { out[k] = v; }, value);
  return out;
}

// False: there is no trigger of that name.
bool read_trigger(const std::string& name, const json& value, Trigger* t, Problem* problem) {
  for (const NumberFilter& f : kNumberFilters) {
    if (name != f.name) continue;
    if (!value.is_number_unsigned())
      *problem = wrong(name, "a number", value);
    else
      t->*f.member = value.get<u64>();
    return true;
  }
  for (const TextFilter& f : kTextFilters) {
    if (name != f.name) continue;
    if (!f.bytes && value.is_string()) {
      t->*f.member = value.get<std::string>();
      return true;
    }
    const auto bytes = bytes_from_data(f.bytes && value.is_string() ? json{{"hex", value}} : value);
    if (!bytes)
      *problem = wrong(name, f.bytes ? "bytes in hexadecimal" : "text", value);
    else
      t->*f.member = *bytes;
    return true;
  }
  for (const Count& c : kCounts) {
    if (name != c.name) continue;
    if (!value.is_number_unsigned())
      *problem = wrong(name, "a number", value);
    else
      t->*c.member = value.get<u64>();
    return true;
  }
  if (name == "until") {
    *problem = read_event(value, &t->until.emplace());
    return true;
  }
  if (name == "if") {
    if (!value.is_number_unsigned())
      *problem = wrong(name, "the number of a function", value);
    else
      t->condition = value.get<u64>();
    return true;
  }
  if (name != "chance") return false;
  if (!value.is_number() || value.get<double>() < 0 || value.get<double>() > 1)
    *problem = wrong(name, "a number from 0 to 1", value);
  else
    t->chance = value.get<double>();
  return true;
}

void write_trigger(const Trigger& t, json* data) {
  for (const NumberFilter& f : kNumberFilters)
    if (t.*f.member) (*data)[f.name] = *(t.*f.member);
  for (const TextFilter& f : kTextFilters)
    if (t.*f.member) (*data)[f.name] = f.bytes ? json(to_hex(*(t.*f.member))) : bytes_to_data(*(t.*f.member));
  for (const Count& c : kCounts)
    if (t.*c.member != 0) (*data)[c.name] = t.*c.member;
  if (t.chance < 1) (*data)["chance"] = t.chance;
  if (t.condition != 0) (*data)["if"] = t.condition;
  if (t.until) (*data)["until"] = event_to_data(*t.until);
}

// --- actions
// -------------------------------------------------------------------------------------------------------

std::string params_of(const ActionInfo& info) {
  std::string out;
  for (const ParamInfo& p : info.params)
    if (p.name != nullptr) out += fmt::format("{}{}", out.empty() ? "" : ", ", p.name);
  return out.empty() ? "nothing" : out;
}

constexpr double kLongest = 1e9;  // seconds: its nanoseconds, and a clock that adds them, fit into 63 bits

// A whole number from 0 to `most`.
bool fits(const json& value, u64 most) { return value.is_number_unsigned() && value.get<u64>() <= most; }

Problem read_param(const ParamInfo& p, const json& value, const Vocabulary& words, Action* a, Edit* edit) {
  switch (p.type) {
    case Param::status:
      if (fits(value, std::numeric_limits<u32>::max())) {
        a->number = value.get<i64>();
        return {};
      }
      if (const auto known = value.is_string() ? words.status(value.get<std::string>()) : std::nullopt) {
        a->number = *known;
        return {};
      }
      return fmt::format("there is no status {}", value.dump());
    case Param::error: {
      const auto found = std::find(words.errors.begin(), words.errors.end(),
                                   value.is_string() ? value.get<std::string>() : "");
      if (found == words.errors.end())
        return fmt::format("there is no error {}; there are {}", value.dump(), fmt::join(words.errors, ", "));
      a->number = found - words.errors.begin();
      return {};
    }
    case Param::count:
      if (!fits(value, std::numeric_limits<i64>::max())) return wrong(p.name, "a number below 2^63", value);
      a->number = value.get<i64>();
      return {};
    case Param::seconds:
      if (!value.is_number() || !(value.get<double>() >= 0 && value.get<double>() <= kLongest))
        return wrong(p.name, fmt::format("a time in seconds, {} at the most", kLongest), value);
      a->seconds = value.get<double>();
      return {};
    case Param::path:
    case Param::type:
      if (!value.is_string()) return wrong(p.name, "text", value);
      edit->path = value.get<std::string>();
      return {};
    case Param::value:
      if (value.is_number_integer()) {
        edit->value = value.is_number_unsigned() ? static_cast<i64>(value.get<u64>()) : value.get<i64>();
        return {};
      }
      if (auto bytes = bytes_from_data(value)) {
        edit->value = std::move(*bytes);
        return {};
      }
      return wrong(p.name, R"(a number, text, or {"hex": bytes})", value);
    case Param::level:
      if (value != "message" && value != "wire") return wrong(p.name, R"("message" or "wire")", value);
      edit->wire = value == "wire";
      return {};
    case Param::rule:
    case Param::function:
    case Param::client:
      if (!value.is_number_unsigned()) return wrong(p.name, "a number", value);
      a->number = static_cast<i64>(value.get<u64>());
      return {};
    case Param::result:
    case Param::stateid: {
      auto bytes = bytes_from_data(value);
      if (!bytes) return wrong(p.name, R"(bytes, {"hex": ...})", value);
      // RFC 8881 3.3.12: seqid and other; it is the latter that names the state.
      if (p.type == Param::stateid && bytes->size() == 16) bytes->erase(0, 4);
      if (p.type == Param::stateid && bytes->size() != 12) return wrong(p.name, "a stateid", value);
      a->bytes = std::make_shared<const std::string>(std::move(*bytes));
      return {};
    }
    case Param::store:
      if (value != "data" && value != "metadata" && value != "all")
        return wrong(p.name, R"("data", "metadata" or "all")", value);
      a->bytes = std::make_shared<const std::string>(value.get<std::string>());
      return {};
    case Param::held:
      if (value != "all" && value != "delegations") return wrong(p.name, R"("all" or "delegations")", value);
      a->number = value == "delegations";
      return {};
  }
  return {};
}

bool optional(const ParamInfo& p) {
  return p.type == Param::level || p.type == Param::type || p.type == Param::store ||
         p.type == Param::stateid || p.type == Param::client || p.type == Param::held;
}

Problem read_action(const json& data, const Vocabulary& words, Action* a) {
  const bool bare = data.is_string();
  if (!bare && !(data.is_object() && data.size() == 1))
    return wrong("do", "one of " + actions_of(~0u) + ", with its arguments", data);
  const std::string kind = bare ? data.get<std::string>() : data.begin().key();
  if (!parse_action_kind(kind, a->kind))
    return wrong("do", "one of " + actions_of(~0u) + ", with its arguments", data);
  const ActionInfo& info = info_of(a->kind);
  json given = json::object();
  if (!bare) {
    given = *data.begin();
    // A value alone is that of the first parameter. {"hex": ...} is a value.
    if (info.params[0].name != nullptr && (!given.is_object() || given.contains("hex")))
      given = json{{info.params[0].name, given}};
  }
  if (!given.is_object()) return fmt::format("{} takes {}; not {}", kind, params_of(info), given.dump());
  for (const auto& item : given.items())
    if (std::none_of(info.params.begin(), info.params.end(),
                     [&](const ParamInfo& p) { return p.name != nullptr && item.key() == p.name; }))
      return fmt::format("{} takes {}; not {}", kind, params_of(info), item.key());
  Edit edit;
  for (const ParamInfo& p : info.params) {
    if (p.name == nullptr) break;
    if (!given.contains(p.name)) {
      if (!optional(p)) return fmt::format("{} takes {}; there is no {}", kind, params_of(info), p.name);
      continue;
    }
    if (Problem problem = read_param(p, given[p.name], words, a, &edit)) return problem;
  }
  if (!a->bytes) a->bytes = std::make_shared<const std::string>(a->kind == ActionKind::full ? "all" : "");
  if (info.group == kChange || info.group == kReply) a->edit = std::make_shared<const Edit>(std::move(edit));
  return {};
}

json write_param(const ParamInfo& p, const Action& a, const std::string& point, const Vocabulary& words) {
  switch (p.type) {
    case Param::status: {
      const std::string name = words.status_name(point, a.number);
      return name.empty() ? json(a.number) : json(name);
    }
    case Param::error:
      return words.errors.at(static_cast<size_t>(a.number));
    case Param::count:
      return a.number;
    case Param::seconds:
      return a.seconds;
    case Param::path:
    case Param::type:
      return a.edit->path;
    case Param::value:
      if (const i64* number = std::get_if<i64>(&a.edit->value)) return *number;
      return bytes_to_data(std::get<std::string>(a.edit->value));
    case Param::level:
      return a.edit->wire ? "wire" : "message";
    case Param::rule:
    case Param::function:
    case Param::client:
      return static_cast<u64>(a.number);
    case Param::result:
    case Param::stateid:
      return {{"hex", to_hex(*a.bytes)}};
    case Param::store:
      return *a.bytes;
    case Param::held:
      return a.number != 0 ? "delegations" : "all";
  }
  return {};
}

// What stands for what the request has.
bool left_out(const ParamInfo& p, const Action& a) {
  return (p.type == Param::type && a.edit->path.empty()) || (p.type == Param::stateid && a.bytes->empty()) ||
         ((p.type == Param::client || p.type == Param::held) && a.number == 0);
}

json write_action(const Action& a, const std::string& point, const Vocabulary& words) {
  json given = json::object();
  for (const ParamInfo& p : info_of(a.kind).params)
    if (p.name != nullptr && !left_out(p, a)) given[p.name] = write_param(p, a, point, words);
  if (given.empty()) return name(a.kind);
  return {{name(a.kind), given}};
}

}  // namespace

Result<Rule, std::string> rule_from_data(const json& data, const Vocabulary& words) {
  if (!data.is_object() || !data.contains("point") || !data.contains("do") || !data["point"].is_string())
    return failure(fmt::format("a rule has {}; not {}", keys_of_rules(), data.dump()));
  const std::string point = data["point"].get<std::string>();
  const auto where = parse_point(point);
  if (!where) return failure(fmt::format("there is no point {}; there are:{}", point, known_points()));
  Rule rule{*where, {}, {}};
  for (const auto& [name, value] : data.items()) {
    if (name == "point" || name == "do") continue;
    Problem problem;
    if (!read_trigger(name, value, &rule.trigger, &problem))
      return failure(fmt::format("a rule has {}; not {}", keys_of_rules(), name));
    if (problem) return failure(*problem);
  }
  if (Problem problem = read_action(data["do"], words, &rule.action)) return failure(*problem);
  return rule;
}

json rule_to_data(const Rule& rule, const Vocabulary& words) {
  const std::string point = point_name(rule.point);
  json data{{"point", point}};
  write_trigger(rule.trigger, &data);
  data["do"] = write_action(rule.action, point, words);
  return data;
}

}  // namespace dfs::fault
