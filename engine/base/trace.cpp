#include "engine/base/trace.h"

#include <algorithm>

namespace dfs {

void Trace::enable(bool on) {
  std::lock_guard lock(mutex_);
  ring_on_ = on;
  decide_locked();
}

void Trace::add_sink(TraceSink& sink) {
  std::lock_guard lock(mutex_);
  sinks_.push_back(&sink);
  decide_locked();
}

void Trace::remove_sink(TraceSink& sink) {
  std::lock_guard lock(mutex_);
  std::erase(sinks_, &sink);
  decide_locked();
}

void Trace::push(EventKind kind, Cause cause, std::vector<TraceEvent::Field> fields) {
  std::lock_guard lock(mutex_);
  if (!ring_on_ && sinks_.empty()) return;  // switched off meanwhile
  TraceEvent e{next_seq_++, clock_.now(), kind, cause.conn, cause.request, std::move(fields)};
  for (TraceSink* sink : sinks_) sink->on_event(e);
  if (ring_on_) {
    if (ring_.size() == capacity_) ring_.pop_front();
    ring_.push_back(std::move(e));
  }
  arrived_.notify_all();
}

std::vector<TraceEvent> Trace::since(u64 after, size_t most) const {
  std::lock_guard lock(mutex_);
  auto it = std::upper_bound(ring_.begin(), ring_.end(), after,
                             [](u64 seq, const TraceEvent& e) { return seq < e.seq; });
  const auto n = std::min<size_t>(most, static_cast<size_t>(ring_.end() - it));
  return {it, it + static_cast<ptrdiff_t>(n)};
}

u64 Trace::last_seq() const {
  std::lock_guard lock(mutex_);
  return next_seq_ - 1;
}

bool Trace::wait(u64 after, FunctionRef<bool(const TraceEvent&)> match, std::chrono::milliseconds limit,
                 TraceEvent* out) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::unique_lock lock(mutex_);
  for (;;) {
    for (const auto& e : ring_) {
      if (e.seq <= after || !match(e)) continue;
      if (out != nullptr) *out = e;
      return true;
    }
    after = next_seq_ - 1;
    if (!arrived_.wait_until(lock, deadline, [&] { return next_seq_ - 1 > after; })) return false;
  }
}

}  // namespace dfs
