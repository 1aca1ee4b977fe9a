#include "engine/base/trace.h"

namespace dfs {

void Trace::emit(const char* name, u64 conn, u64 request, std::initializer_list<TraceEvent::Field> fields) {
  std::lock_guard lock(mutex_);
  if (ring_.size() == capacity_) ring_.pop_front();
  ring_.push_back({next_seq_++, clock_.now(), name, conn, request, fields});
  arrived_.notify_all();
}

std::vector<TraceEvent> Trace::since(u64 after) const {
  std::lock_guard lock(mutex_);
  std::vector<TraceEvent> out;
  for (const auto& e : ring_)
    if (e.seq > after) out.push_back(e);
  return out;
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
