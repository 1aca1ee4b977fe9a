#include "engine/loop/timers.h"

#include <climits>

#include "engine/base/cause.h"

namespace dfs {

Timers::Id Timers::after(Nanos delay, UniqueFunction<void()> fn) {
  const Id id = next_id_++;
  const Nanos at = clock_.now() + delay;
  queue_.emplace(Key{at, id}, std::move(fn));
  deadline_of_.emplace(id, at);
  return id;
}

bool Timers::cancel(Id id) {
  auto it = deadline_of_.find(id);
  if (it == deadline_of_.end()) return false;
  queue_.erase({it->second, id});
  deadline_of_.erase(it);
  return true;
}

void Timers::run_due(Nanos now) {
  while (!queue_.empty() && queue_.begin()->first.first <= now) {
    auto node = queue_.extract(queue_.begin());
    deadline_of_.erase(node.key().second);
    Cause::make_current({});
    node.mapped()();
  }
}

Nanos Timers::next() const { return queue_.empty() ? LLONG_MAX : queue_.begin()->first.first; }

}  // namespace dfs
