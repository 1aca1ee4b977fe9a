#include "engine/base/clock.h"

#include <time.h>

#include <algorithm>
#include <climits>

namespace dfs {
namespace {
timespec read_clock(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return t;
}
}  // namespace

Nanos RealClock::now() const {
  timespec t = read_clock(CLOCK_MONOTONIC);
  return t.tv_sec * kSecond + t.tv_nsec;
}

WallTime RealClock::wall() const {
  timespec t = read_clock(CLOCK_REALTIME);
  return {t.tv_sec, static_cast<u32>(t.tv_nsec)};
}

WallTime ManualClock::wall() const {
  Nanos n = now() + start_.nsec;
  return {start_.sec + n / kSecond, static_cast<u32>(n % kSecond)};
}

void ManualClock::advance(Nanos by) {
  std::lock_guard lock(mutex_);
  const Nanos target = now() + by;
  for (;;) {
    Nanos next = target;
    {
      std::lock_guard d(deadlines_);
      for (auto& l : listeners_) next = std::min(next, l->next);
    }
    next = std::max(next, now());
    now_.store(next, std::memory_order_release);
    // Listeners added or removed by a timer take effect at the next step.
    std::vector<Listener*> run;
    {
      std::lock_guard d(deadlines_);
      for (auto& l : listeners_) run.push_back(l.get());
    }
    for (auto* l : run) l->run(next);
    if (next < target) continue;
    std::lock_guard d(deadlines_);
    bool due = std::any_of(listeners_.begin(), listeners_.end(), [&](auto& l) { return l->next <= target; });
    if (!due) return;
  }
}

int ManualClock::subscribe(UniqueFunction<void(Nanos)> listener) {
  std::lock_guard d(deadlines_);
  listeners_.push_back(std::make_unique<Listener>(Listener{next_token_, LLONG_MAX, std::move(listener)}));
  return next_token_++;
}

void ManualClock::unsubscribe(int token) {
  std::lock_guard lock(mutex_);
  std::lock_guard d(deadlines_);
  std::erase_if(listeners_, [&](auto& l) { return l->token == token; });
}

void ManualClock::set_next_deadline(int token, Nanos deadline) {
  std::lock_guard d(deadlines_);
  for (auto& l : listeners_)
    if (l->token == token) l->next = deadline;
}

}  // namespace dfs
