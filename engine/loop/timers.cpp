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
  put_off_.erase(id);
  deadline_of_.erase(it);
  return true;
}

void Timers::run_due(Nanos now) {
  while (!queue_.empty() && queue_.begin()->first.first <= now) {
    auto node = queue_.extract(queue_.begin());
    const Id id = node.key().second;
    deadline_of_.erase(id);
    if (put_off_.erase(id) == 0 && late_) {
      if (const Nanos by = late_(); by > 0) {
        put_off(std::move(node), by);
        continue;
      }
    }
    Cause::make_current({});
    node.mapped()();
  }
}

void Timers::put_off(std::map<Key, UniqueFunction<void()>>::node_type node, Nanos by) {
  node.key().first += by;
  deadline_of_.emplace(node.key().second, node.key().first);
  put_off_.insert(node.key().second);
  queue_.insert(std::move(node));
}

Nanos Timers::next() const { return queue_.empty() ? LLONG_MAX : queue_.begin()->first.first; }

}  // namespace dfs
