#include "engine/fault/registry.h"

#include <fmt/format.h>

namespace dfs::fault {
void Registry::declare_details(Point family, std::vector<std::string> details) {
  std::lock_guard lock(mutex_);
  // Versions of one program share their points.
  auto& known = details_[family];
  for (auto& d : details)
    if (std::find(known.begin(), known.end(), d) == known.end()) known.push_back(std::move(d));
}

Result<u64, std::string> Registry::arm(Rule rule) {
  std::lock_guard lock(mutex_);
  const size_t index = static_cast<size_t>(rule.point.point);
  if (index >= kPointCount) return failure("there is no such point; there are:" + known_points());
  const PointInfo& info = kPoints[index];
  if ((info.actions & group_of(rule.action.kind)) == 0)
    return failure(fmt::format("{} cannot happen at {}; possible there: {}", name(rule.action.kind),
                               info.name, actions_of(info.actions)));
  if (const char* filter = unknown_filter(rule.trigger, info.known))
    return failure(fmt::format("{} is never known at {}; filters possible there: {}", filter, info.name,
                               filters_of(info.known)));
  if (auto it = details_.find(rule.point.point); it != details_.end() && !rule.point.detail.empty()) {
    const auto& known = it->second;
    if (std::find(known.begin(), known.end(), rule.point.detail) == known.end())
      return failure(
          fmt::format("{} has no {}; it has: {}", info.name, rule.point.detail, fmt::join(known, ", ")));
  }
  const u64 id = next_id_++;
  rule.action.rule = id;
  rules_.emplace(id, Entry{id, std::move(rule), {}, 0, 0, 0, {}});
  armed_[index].fetch_add(1);
  return id;
}

void Registry::disarm(u64 id) {
  std::vector<std::pair<Executor*, std::coroutine_handle<>>> held;
  {
    std::lock_guard lock(mutex_);
    auto it = rules_.find(id);
    if (it == rules_.end()) return;
    held.swap(it->second.held);
    armed_[static_cast<size_t>(it->second.rule.point.point)].fetch_sub(1);
    rules_.erase(it);
  }
  resume(held);
}

RuleStatus Registry::status(u64 id) const {
  std::lock_guard lock(mutex_);
  auto it = rules_.find(id);
  return it == rules_.end() ? RuleStatus{} : it->second.status;
}

std::vector<RuleRow> Registry::rules() const {
  std::lock_guard lock(mutex_);
  std::vector<RuleRow> out;
  for (const auto& [id, entry] : rules_) out.push_back({id, entry.rule, entry.status});
  return out;
}

bool Registry::wait_fired(u64 id, u64 times, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return fired_.wait_for(lock, limit, [&] {
    auto it = rules_.find(id);
    return it != rules_.end() && it->second.status.fired >= times;
  });
}

void Registry::release(u64 id) {
  std::vector<std::pair<Executor*, std::coroutine_handle<>>> held;
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

void Registry::resume(std::vector<std::pair<Executor*, std::coroutine_handle<>>>& held) {
  for (auto& [executor, handle] : held) executor->submit([h = handle] { h.resume(); });
}

bool Registry::fires(Entry& e, const Context& c, const Applies* applies) {
  const Trigger& t = e.rule.trigger;
  if (!e.rule.point.detail.empty() && e.rule.point.detail != c.detail) return false;
  if (!t.matches(c)) return false;
  if (applies != nullptr && !(*applies)(e.rule.action)) return false;
  const u64 hit = ++e.status.hits;
  e.bytes += c.bytes;
  if (t.nth != 0 && hit != t.nth) return false;
  if (t.first != 0 && hit > t.first) return false;
  if (t.every != 0 && hit % t.every != 0) return false;
  if (hit <= t.after) return false;
  if (e.bytes < t.after_bytes) return false;
  if (t.limit != 0 && e.status.fired >= t.limit) return false;
  if (t.chance < 1 && random_.unit() >= t.chance) return false;
  ++e.status.fired;
  return true;
}

std::optional<Action> Registry::evaluate(Point p, const Context& c, const Applies* applies) {
  std::lock_guard lock(mutex_);
  for (auto& [id, entry] : rules_) {
    if (entry.rule.point.point != p || !fires(entry, c, applies)) continue;
    fired_.notify_all();
    if (trace_.enabled())
      trace_.emit(event::FaultFired{.rule = id,
                                    .point = kPoints[static_cast<size_t>(p)].name,
                                    .detail = std::string(c.detail),
                                    .action = name(entry.rule.action.kind),
                                    .seed = random_.seed()},
                  {c.conn != 0 ? c.conn : Cause::current().conn, Cause::current().request});
    if (entry.rule.action.kind != ActionKind::note) return entry.rule.action;
  }
  return {};
}

struct Registry::Pause {
  Registry& registry;
  u64 rule;
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> h) {
    std::lock_guard lock(registry.mutex_);
    auto it = registry.rules_.find(rule);
    if (it == registry.rules_.end()) return false;  // healed meanwhile
    if (it->second.permits > 0) {
      --it->second.permits;
      ++it->second.let_go;
      return false;
    }
    it->second.held.emplace_back(Executor::current(), h);
    return true;
  }
  void await_resume() noexcept {}
};

Task<void> Registry::spend(Action action) {
  switch (action.kind) {
    case ActionKind::delay:
      co_await Delay(action.nanos());
      break;
    case ActionKind::yield_:
      co_await Delay(0);
      break;
    case ActionKind::pause:
      co_await Pause{*this, action.rule};
      break;
    default:
      break;
  }
}

}  // namespace dfs::fault
