#include "engine/fault/registry.h"

#include <fmt/format.h>

#include <algorithm>

namespace dfs::fault {

// --- arming
// --------------------------------------------------------------------------------------------------------

void Registry::declare_details(Point family, std::vector<Detail> details) {
  std::lock_guard lock(mutex_);
  auto& known = details_[family];
  for (Detail& d : details) {
    auto it = std::find_if(known.begin(), known.end(), [&](const Detail& k) { return k.name == d.name; });
    if (it == known.end())
      known.push_back(std::move(d));
    else  // versions of one program share their points
      std::move(d.results.begin(), d.results.end(), std::back_inserter(it->results));
  }
}

void Registry::declare_names(Point family, const std::vector<std::string>& names) {
  std::vector<Detail> out;
  for (const std::string& name : names) out.push_back({name, 0, {}});
  declare_details(family, std::move(out));
}

void Registry::declare_errors(i64 broken, i64 no_space) {
  broken_ = broken;
  no_space_ = no_space;
}

Result<u64, std::string> Registry::arm(Rule rule) {
  std::lock_guard lock(mutex_);
  if (std::string why = refusal(rule); !why.empty()) return failure(std::move(why));
  const u64 id = next_id_;
  rule.action.rule = id;
  RuleRow row{id, std::move(rule), {}};
  if (row.rule.action.kind == ActionKind::await) {
    const auto first = rules_.find(static_cast<u64>(row.rule.action.number));
    row.over = first->second.status.fired > 0;
  }
  take(std::move(row));
  return id;
}

void Registry::adopt(const std::vector<RuleRow>& rules) {
  std::lock_guard lock(mutex_);
  for (const RuleRow& row : rules) {
    const ActionKind kind = row.rule.action.kind;
    if (row.rule.trigger.condition != 0 || kind == ActionKind::check || kind == ActionKind::call) continue;
    RuleRow taken = row;
    // What waits for one that was left out would wait for ever.
    if (kind == ActionKind::await && rules_.count(static_cast<u64>(row.rule.action.number)) == 0)
      taken.over = true;
    take(std::move(taken));
  }
}

void Registry::take(RuleRow row) {
  if (row.rule.trigger.until) trace_.enable(true);
  count_armed(row.rule, 1);
  next_id_ = std::max(next_id_, row.id + 1);
  Entry entry{std::move(row)};
  entry.trace_seen = trace_.last_seq();
  rules_.emplace(entry.id, std::move(entry));
}

std::string Registry::refusal(const Rule& rule) const {
  const size_t index = static_cast<size_t>(rule.point.point);
  if (index >= kPointCount) return "there is no such point; there are:" + known_points();
  const PointInfo& info = kPoints[index];
  u32 accepted = info.actions;
  if (auto it = details_.find(rule.point.point); it != details_.end() && !rule.point.detail.empty()) {
    const std::vector<Detail>& known = it->second;
    const auto detail = std::find_if(known.begin(), known.end(),
                                     [&](const Detail& d) { return d.name == rule.point.detail; });
    if (detail == known.end()) {
      std::string names;
      for (const Detail& d : known) names += fmt::format("{}{}", names.empty() ? "" : ", ", d.name);
      return fmt::format("{} has no {}; it has: {}", info.name, rule.point.detail, names);
    }
    accepted &= ~detail->without;
  }
  if ((accepted & group_of(rule.action.kind)) == 0)
    return fmt::format("{} cannot happen at {}; possible there: {}", name(rule.action.kind),
                       accepted == info.actions ? info.name : point_name(rule.point), actions_of(accepted));
  if (const char* filter = unknown_filter(rule.trigger, info.known))
    return fmt::format("{} is never known at {}; filters possible there: {}", filter, info.name,
                       filters_of(info.known));
  if (const auto& until = rule.trigger.until) {
    const auto& events = event_infos();
    if (std::none_of(events.begin(), events.end(), [&](const EventInfo& e) { return until->name == e.name; }))
      return fmt::format("until: there is no event {}; docs/trace.md lists them", until->name);
  }
  const Hooks* hooks = hooks_.load();
  const bool calls = rule.action.kind == ActionKind::check || rule.action.kind == ActionKind::call;
  for (const u64 function : {rule.trigger.condition, calls ? static_cast<u64>(rule.action.number) : 0})
    if (function != 0 && (hooks == nullptr || !hooks->knows(function)))
      return fmt::format("there is no function {}; functions are those of a script that has armed them",
                         function);
  if (calls && rule.action.number == 0)
    return fmt::format("{} takes a function of a script", name(rule.action.kind));
  if (rule.action.kind == ActionKind::await && rules_.count(static_cast<u64>(rule.action.number)) == 0)
    return fmt::format("there is no rule {} to wait for", rule.action.number);
  if (rule.action.kind == ActionKind::expire && rule.action.number == 0 && (info.known & kClient) == 0)
    return fmt::format("expire needs a client at {}: none is known there", info.name);
  if (rule.action.kind == ActionKind::revoke && rule.action.bytes->empty() && (info.known & kFh) == 0)
    return fmt::format("revoke needs a stateid at {}: no filehandle is known there", info.name);
  if (rule.action.kind == ActionKind::recall && (info.known & kFh) == 0)
    return fmt::format("recall cannot happen at {}: no filehandle is known there", info.name);
  return rule.action.kind == ActionKind::reply ? result_refusal(rule) : std::string();
}

// A result is one of one operation.
std::string Registry::result_refusal(const Rule& rule) const {
  const auto it = details_.find(rule.point.point);
  const Detail* detail = nullptr;
  if (it != details_.end())
    for (const Detail& d : it->second)
      if (d.name == rule.point.detail) detail = &d;
  if (detail == nullptr) return fmt::format("reply needs one operation, not {}", point_name(rule.point));
  std::string types;
  for (const ResultType& t : detail->results) {
    const std::string& given = rule.action.edit->path;
    if ((given.empty() || given == t.name) && t.is(*rule.action.bytes)) return {};
    types += fmt::format("{}{}", types.empty() ? "" : ", ", t.name);
  }
  return fmt::format("the result at {} is {}; this is none", point_name(rule.point),
                     types.empty() ? "nothing" : types);
}

void Registry::count_armed(const Rule& rule, int by) {
  armed_[static_cast<size_t>(rule.point.point)].fetch_add(static_cast<u32>(by));
  if (rule.action.kind == ActionKind::full)
    armed_[static_cast<size_t>(Point::store_before)].fetch_add(static_cast<u32>(by));
}

void Registry::disarm(u64 id) {
  std::vector<Held> held;
  {
    std::lock_guard lock(mutex_);
    auto it = rules_.find(id);
    if (it == rules_.end()) return;
    held.push_back(std::move(it->second.held));
    count_armed(it->second.rule, -1);
    past_[id] = it->second.status;
    rules_.erase(it);
    // What waits for it would wait for ever.
    for (auto& [other, e] : rules_) {
      if (e.rule.action.kind != ActionKind::await || static_cast<u64>(e.rule.action.number) != id) continue;
      e.over = true;
      held.push_back(std::exchange(e.held, {}));
    }
    fired_.notify_all();
  }
  for (Held& h : held) resume(h);
}

RuleStatus Registry::status(u64 id) const {
  std::lock_guard lock(mutex_);
  if (auto it = rules_.find(id); it != rules_.end()) return it->second.status;
  auto it = past_.find(id);
  return it == past_.end() ? RuleStatus{} : it->second;
}

std::vector<RuleRow> Registry::rules() {
  std::lock_guard lock(mutex_);
  std::vector<RuleRow> out;
  for (auto& [id, entry] : rules_) {
    over(entry);  // as of now
    out.push_back(entry);
  }
  return out;
}

bool Registry::wait_fired(u64 id, u64 times, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  bool fired = false;
  fired_.wait_for(lock, limit, [&] {
    const auto it = rules_.find(id);
    if (it != rules_.end()) return fired = it->second.status.fired >= times;
    const auto past = past_.find(id);
    fired = past != past_.end() && past->second.fired >= times;
    return true;
  });
  return fired;
}

void Registry::release(u64 id) {
  Held held;
  {
    std::lock_guard lock(mutex_);
    auto it = rules_.find(id);
    if (it == rules_.end()) return;
    Entry& e = it->second;
    // A call for which the rule fired a moment ago may not have reached its suspension: it is let go too.
    e.permits += e.status.fired - e.let_go - e.permits - e.held.size();
    e.let_go = e.status.fired - e.permits;
    held.swap(e.held);
  }
  resume(held);
}

void Registry::heal() {
  std::vector<u64> ids;
  {
    std::lock_guard lock(mutex_);
    for (auto& [id, entry] : rules_) ids.push_back(id);
  }
  for (u64 id : ids) disarm(id);
}

void Registry::isolate() {
  if (isolated_.exchange(true)) return;
  for (const Point p : {Point::net_accept, Point::net_read, Point::net_write, Point::store_before,
                        Point::store_commit_before})
    armed_[static_cast<size_t>(p)].fetch_add(1);
}

void Registry::resume(Held& held) {
  for (auto& [executor, handle] : held) executor->submit([h = handle] { h.resume(); });
}

}  // namespace dfs::fault
