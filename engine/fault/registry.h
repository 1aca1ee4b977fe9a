#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/base/function_ref.h"
#include "engine/base/random.h"
#include "engine/base/result.h"
#include "engine/base/trace.h"
#include "engine/fault/effects.h"
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

// An armed rule, and what it has seen.
struct RuleRow {
  u64 id;
  Rule rule;
  RuleStatus status;
  u64 bytes = 0;      // that have passed the point
  bool over = false;  // `until` has happened; of `await`: what is waited for has
  bool full = false;  // of `full`: it has fired
};

// A type of results: its name, and whether bytes are one.
struct ResultType {
  std::string name;
  std::function<bool(std::string_view)> is;
};

// What a family of points has at `@`.
struct Detail {
  std::string name;
  u32 without = 0;                  // ActionGroups that the other details accept and this one does not
  std::vector<ResultType> results;  // of an operation: of each version there is
};

// The rules of one server. An unarmed check is one relaxed load; an armed one is evaluated under a mutex,
// without allocation. Thread-safe.
class Registry {
 public:
  Registry(Random& random, Trace& trace) : random_(random), trace_(trace) {}

  // Says which details a family has, so that a typing error is refused when armed.
  void declare_details(Point family, std::vector<Detail> details);
  void declare_names(Point family, const std::vector<std::string>& names);
  // The errors of stores that an isolated, and a full, store gives.
  void declare_errors(i64 broken, i64 no_space);
  // Who carries out what the registry cannot; not owned, and there as long as requests are. nullptr: nobody.
  void set_hooks(Hooks* hooks) { hooks_.store(hooks); }
  void set_effects(Effects* effects) { effects_.store(effects); }

  // Returns the rule's id, or why it can never work.
  Result<u64, std::string> arm(Rule rule);
  // Rules that another registry had, with their ids and what they have seen: those of a server that has lost
  // power go on in the one that takes its place. One that needs a script's function is left out. Before anything
  // else is armed.
  void adopt(const std::vector<RuleRow>& rules);
  void disarm(u64 id);
  // Of a rule that is gone: what it was at the end.
  RuleStatus status(u64 id) const;
  // All that are armed, by whomever, in the order of arming.
  std::vector<RuleRow> rules();
  // Waits until the rule has fired this often; false when limit (real time) passes first, or the rule is gone
  // or was never there.
  bool wait_fired(u64 id, u64 times, std::chrono::milliseconds limit);
  // Lets calls held by a rule that pauses or orders go on.
  void release(u64 id);
  // Removes every rule and lets everything go on. A server that crashed stays so.
  void heal();
  // What a power cut leaves: from here on nothing reaches a store, and no connection says or hears anything.
  // For good.
  void isolate();
  bool isolated() const { return isolated_.load(); }

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
  // Says whether an action could do anything here, where that depends on more than the context: one that
  // could not is no hit.
  using Applies = FunctionRef<bool(const Action&)>;
  // The same where a request can wait (kWaits): what a rule does to time, to the server's state and in Python
  // has happened when this returns, and what is left is for the caller to do. `c` is looked at until then.
  Task<std::optional<Action>> consult(Point p, const Context& c, const Applies* applies = nullptr);

  // The source of what rules draw.
  Random& random() { return random_; }

  // Suspends for a time action (delay, pause, yield); returns at once for any other.
  Task<void> spend(Action action);

 private:
  using Held = std::vector<std::pair<Executor*, std::coroutine_handle<>>>;
  struct Entry : RuleRow {
    // Of a pause: how many firings were let go, and how many of those have not suspended yet.
    u64 let_go = 0, permits = 0;
    Held held;
    u64 trace_seen = 0;  // of `until`: events looked at
  };
  struct Pause;
  // Where an evaluation stands between the steps in which conditions are asked for.
  struct Cursor {
    u64 after = 0;     // rules up to this one had their turn
    u64 asking = 0;    // the rule that has a condition to be asked for
    u64 function = 0;  // that condition
  };
  void take(RuleRow row);
  std::string refusal(const Rule& rule) const;
  std::string result_refusal(const Rule& rule) const;
  std::optional<Action> evaluate(Point p, const Context& c, const Applies* applies, Cursor* cursor = nullptr);
  std::optional<Action> answer(Entry& e, Point p, const Context& c);
  bool matches(Entry& e, const Context& c, const Applies* applies);
  bool counts(Entry& e, const Context& c);
  bool over(Entry& e);
  void happened(Entry& e, Point p, const Context& c, std::vector<Held>* released);
  // What a crashed server, and one without space, does whatever the rules say.
  std::optional<Action> fate(Point p, const Context& c) const;
  void count_armed(const Rule& rule, int by);
  static void resume(Held& held);

  Random& random_;
  Trace& trace_;
  std::atomic<Hooks*> hooks_{nullptr};
  std::atomic<Effects*> effects_{nullptr};
  std::array<std::atomic<u32>, kPointCount> armed_{};
  std::atomic<bool> isolated_{false};
  mutable std::mutex mutex_;
  std::condition_variable fired_;
  std::map<u64, Entry> rules_;                    // changes under mutex_
  std::map<u64, RuleStatus> past_;                // of rules that are gone; changes under mutex_
  std::map<Point, std::vector<Detail>> details_;  // changes under mutex_
  i64 broken_ = 0, no_space_ = 0;                 // fixed before anything is armed
  u64 next_id_ = 1;                               // changes under mutex_
};

}  // namespace dfs::fault
