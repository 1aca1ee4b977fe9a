// Whether a rule fires, and what of it the registry does itself.
#include "engine/fault/registry.h"

namespace dfs::fault {

// --- whether a rule fires
// ------------------------------------------------------------------------------------------

namespace {

// splitmix64 of the rule's seed and the number of the hit: what other rules draw changes nothing.
double drawn(u64 seed, u64 hit) {
  u64 z = seed + hit * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}

}  // namespace

bool Registry::over(Entry& e) {
  if (!e.over && e.rule.trigger.until)
    for (const TraceEvent& event : trace_.since(e.trace_seen)) {
      e.trace_seen = event.seq;
      if (e.rule.trigger.until->is(event)) e.over = true;
    }
  return e.over;
}

bool Registry::matches(Entry& e, const Context& c, const Applies* applies) {
  if (!e.rule.point.detail.empty() && e.rule.point.detail != c.detail) return false;
  if (!e.rule.trigger.matches(c)) return false;
  if (applies != nullptr && !(*applies)(e.rule.action)) return false;
  return !over(e);
}

// The filters have let it pass.
bool Registry::counts(Entry& e, const Context& c) {
  const Trigger& t = e.rule.trigger;
  const u64 hit = ++e.status.hits;
  e.bytes += c.bytes;
  if (t.nth != 0 && hit != t.nth) return false;
  if (t.first != 0 && hit > t.first) return false;
  if (t.every != 0 && hit % t.every != 0) return false;
  if (hit <= t.after) return false;
  if (e.bytes < t.after_bytes) return false;
  if (t.limit != 0 && e.status.fired >= t.limit) return false;
  if (t.chance < 1 && (t.seed != 0 ? drawn(t.seed, hit) : random_.unit()) >= t.chance) return false;
  ++e.status.fired;
  return true;
}

std::optional<Action> Registry::fate(Point p, const Context& c) const {
  const auto does = [](ActionKind kind, i64 number = 0) {
    Action a;
    a.kind = kind;
    a.number = number;
    return a;
  };
  if (isolated_.load(std::memory_order_relaxed)) switch (p) {
      case Point::net_accept:
      case Point::net_read:
      case Point::net_write:
        return does(ActionKind::reset);
      case Point::store_before:
      case Point::store_after:
      case Point::store_commit_before:
      case Point::store_commit_after:
        return does(ActionKind::error, broken_);
      default:
        return {};
    }
  if (p != Point::store_before) return {};
  const bool data = c.detail == "write" || c.detail == "clone", metadata = c.detail == "update";
  for (const auto& [id, e] : rules_) {
    if (!e.full) continue;
    const std::string& store = *e.rule.action.bytes;
    if ((data && store != "metadata") || (metadata && store != "data"))
      return does(ActionKind::error, no_space_);
  }
  return {};
}

std::optional<Action> Registry::evaluate(Point p, const Context& c, const Applies* applies, Cursor* cursor) {
  std::vector<Held> released;  // by what fires here
  std::optional<Action> out;
  {
    std::lock_guard lock(mutex_);
    out = fate(p, c);
    const auto begin = cursor != nullptr ? rules_.upper_bound(cursor->after) : rules_.begin();
    for (auto it = begin; !out && it != rules_.end(); ++it) {
      Entry& e = it->second;
      if (e.rule.point.point != p) continue;
      const bool asked = cursor != nullptr && cursor->asking == e.id;
      if (!asked && !matches(e, c, applies)) continue;
      if (e.rule.trigger.condition != 0 && !asked) {
        if (cursor == nullptr) continue;  // nobody can wait for the answer
        cursor->asking = e.id;
        cursor->function = e.rule.trigger.condition;
        return {};
      }
      if (!counts(e, c)) continue;
      happened(e, p, c, &released);
      out = answer(e, p, c);
    }
    if (cursor != nullptr) cursor->asking = 0;
  }
  for (Held& h : released) resume(h);
  return out;
}

void Registry::happened(Entry& e, Point p, const Context& c, std::vector<Held>* released) {
  fired_.notify_all();
  if (trace_.enabled())
    trace_.emit(event::FaultFired{.rule = e.id,
                                  .point = kPoints[static_cast<size_t>(p)].name,
                                  .detail = std::string(c.detail),
                                  .action = name(e.rule.action.kind),
                                  .seed = random_.seed()},
                {c.conn != 0 ? c.conn : Cause::current().conn, Cause::current().request});
  if (e.status.fired != 1) return;
  for (auto& [id, waiting] : rules_) {
    if (waiting.rule.action.kind != ActionKind::await || static_cast<u64>(waiting.rule.action.number) != e.id)
      continue;
    waiting.over = true;
    released->push_back(std::exchange(waiting.held, {}));
  }
}

// What a rule that fired leaves to be done by who asked; nothing: the next rule has its turn.
std::optional<Action> Registry::answer(Entry& e, Point p, const Context& c) {
  const Action& a = e.rule.action;
  switch (a.kind) {
    case ActionKind::note:
      return {};
    case ActionKind::check:
      if (Hooks* hooks = hooks_.load()) hooks->tell(static_cast<u64>(a.number), e.id, c);
      return {};
    case ActionKind::full:
      e.full = true;
      return fate(p, c);
    case ActionKind::crash:
    case ActionKind::restart:
      isolate();
      if (Effects* effects = effects_.load()) effects->crashed(a.kind == ActionKind::restart);
      return fate(p, c);
    default: {
      Action out = a;
      out.turn = e.status.fired - 1;
      return out;
    }
  }
}

// --- where a request can wait
// --------------------------------------------------------------------------------------

Task<std::optional<Action>> Registry::consult(Point p, const Context& c, const Applies* applies) {
  if (!armed(p)) co_return std::nullopt;
  Cursor cursor;
  std::optional<Action> action = evaluate(p, c, applies, &cursor);
  while (cursor.asking != 0) {
    const u64 rule = cursor.asking;
    Hooks* hooks = hooks_.load();
    Task<bool> asking = hooks->ask(cursor.function, rule, c);
    // What said yes is judged next; what said no has had its turn.
    const bool yes = co_await asking;
    cursor.after = yes ? rule - 1 : rule;
    cursor.asking = yes ? rule : 0;
    action = evaluate(p, c, applies, &cursor);
  }
  if (!action) co_return std::nullopt;
  Effects* effects = effects_.load();
  switch (action->kind) {
    case ActionKind::call: {
      Task<bool> calling = hooks_.load()->ask(static_cast<u64>(action->number), action->rule, c);
      co_await calling;
      co_return std::nullopt;
    }
    case ActionKind::expire:
      if (effects != nullptr) effects->expire(static_cast<u64>(action->number), c);
      co_return std::nullopt;
    case ActionKind::revoke:
      if (effects != nullptr) effects->revoke(*action->bytes, action->number != 0, c);
      co_return std::nullopt;
    case ActionKind::recall:
      if (effects != nullptr) effects->recall(c);
      co_return std::nullopt;
    default:
      break;
  }
  if ((group_of(action->kind) & kTime) == 0) co_return action;
  Task<void> spending = spend(*action);
  co_await spending;
  co_return std::nullopt;
}

// Holds a request until its rule is released or gone, or its time has passed.
struct Registry::Pause {
  static constexpr Nanos kNoLimit = -1;
  Registry& registry;
  u64 rule;
  Nanos limit = kNoLimit;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> h) {
    Executor* home = Executor::current();
    std::lock_guard lock(registry.mutex_);
    auto it = registry.rules_.find(rule);
    if (it == registry.rules_.end() || it->second.over)
      return false;  // healed meanwhile, or its time has come
    if (it->second.permits > 0) {
      --it->second.permits;
      ++it->second.let_go;
      return false;
    }
    it->second.held.emplace_back(home, h);
    if (limit != kNoLimit)
      home->submit_after(limit, [&r = registry, id = rule, home, h] { wake(r, id, home, h); });
    return true;
  }
  void await_resume() noexcept {}

  // Its time has passed, unless it was released before.
  static void wake(Registry& registry, u64 rule, Executor* home, std::coroutine_handle<> h) {
    {
      std::lock_guard lock(registry.mutex_);
      auto it = registry.rules_.find(rule);
      if (it == registry.rules_.end() || std::erase(it->second.held, std::pair(home, h)) == 0) return;
      ++it->second.let_go;
    }
    h.resume();
  }
};

Task<void> Registry::spend(Action action) {
  switch (action.kind) {
    case ActionKind::delay:
      co_await Pause{*this, action.rule, action.nanos()};
      break;
    case ActionKind::yield_:
      co_await Yield();  // whatever the clock does
      break;
    case ActionKind::pause:
    case ActionKind::await:
      co_await Pause{*this, action.rule};
      break;
    default:
      break;
  }
}

}  // namespace dfs::fault
