#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/base/function_ref.h"
#include "engine/base/random.h"
#include "engine/base/result.h"
#include "engine/base/trace.h"
#include "engine/fault/trigger.h"
#include "engine/loop/executor.h"

namespace dfs::fault {

struct Rule {
  PointName point;
  Trigger trigger;
  Action action;
};

struct RuleStatus {
  u64 hits = 0;   // events that passed the filters
  u64 fired = 0;  // times the action happened
};

// An armed rule.
struct RuleRow {
  u64 id;
  Rule rule;
  RuleStatus status;
};

// The rules of one server. An unarmed check is one relaxed load; an armed one is evaluated under a mutex,
// without allocation. Thread-safe.
class Registry {
 public:
  Registry(Random& random, Trace& trace) : random_(random), trace_(trace) {}

  // Says which details a family has, so that a typing error is refused when armed.
  void declare_details(Point family, std::vector<std::string> details);

  // Returns the rule's id, or why it can never work.
  Result<u64, std::string> arm(Rule rule);
  void disarm(u64 id);
  RuleStatus status(u64 id) const;
  // All that are armed, by whomever, in the order of arming.
  std::vector<RuleRow> rules() const;
  // Waits until the rule has fired this often; false when limit (real time) passes first or there is no such
  // rule.
  bool wait_fired(u64 id, u64 times, std::chrono::milliseconds limit);
  // Lets calls held by a pause rule go on.
  void release(u64 id);
  // Removes every rule and lets everything go on.
  void heal();

  bool armed([[maybe_unused]] Point p) const {
#ifdef DFS_NO_FAULT_POINTS
    return false;  // to measure what points cost (DFS_FAULT_POINTS=OFF)
#else
    return armed_[static_cast<size_t>(p)].load(std::memory_order_relaxed) != 0;
#endif
  }
  // What to do here now; the first matching rule in order of arming wins.
  std::optional<Action> check(Point p, const Context& c) {
    if (!armed(p)) [[likely]]
      return {};
    return evaluate(p, c, nullptr);
  }
  // The same where it depends on more than the context whether an action could do anything here: one that
  // could not is no hit.
  using Applies = FunctionRef<bool(const Action&)>;
  std::optional<Action> check(Point p, const Context& c, Applies applies) {
    if (!armed(p)) [[likely]]
      return {};
    return evaluate(p, c, &applies);
  }
  // The source of what rules draw.
  Random& random() { return random_; }

  // Suspends for a time action (delay, pause, yield); returns at once for any other.
  Task<void> spend(Action action);

 private:
  struct Entry {
    u64 id;
    Rule rule;
    RuleStatus status;
    u64 bytes = 0;
    // Of a pause: how many firings were let go, and how many of those have not suspended yet.
    u64 let_go = 0, permits = 0;
    std::vector<std::pair<Executor*, std::coroutine_handle<>>> held;
  };
  struct Pause;
  std::optional<Action> evaluate(Point p, const Context& c, const Applies* applies);
  bool fires(Entry& e, const Context& c, const Applies* applies);
  static void resume(std::vector<std::pair<Executor*, std::coroutine_handle<>>>& held);

  Random& random_;
  Trace& trace_;
  std::array<std::atomic<u32>, kPointCount> armed_{};
  mutable std::mutex mutex_;
  std::condition_variable fired_;
  std::map<u64, Entry> rules_;                         // changes under mutex_
  std::map<Point, std::vector<std::string>> details_;  // changes under mutex_
  u64 next_id_ = 1;                                    // changes under mutex_
};

}  // namespace dfs::fault
