// What a connection may use of the server: bytes, turns of the loop, time.
#include "engine/net/connection.h"

namespace dfs::net {

bool Connection::may_take() const {
  if (state_ != State::open || held_ || set_.draining() || in_flight_ >= limits_.max_in_flight) return false;
  const auto mine = static_cast<i64>(bytes_in_flight());
  const i64 all = net_.bytes.load(std::memory_order_relaxed) + mine - accounted_;
  const bool scarce = all > static_cast<i64>(limits_.max_total_bytes);
  return mine <
         static_cast<i64>(scarce ? std::min(limits_.floor_bytes, limits_.max_bytes) : limits_.max_bytes);
}

void Connection::begin_turn() {
  if (turn_ == loop_.turn()) return;
  turn_ = loop_.turn();
  turn_requests_ = limits_.turn_requests;
  turn_bytes_ = static_cast<i64>(limits_.turn_bytes);
}

// Keeps our part of the server's total; small changes wait, so that ordinary traffic shares no cache line.
//
// While the total is used up, a connection that has more than floor_bytes in flight takes no more requests
// until its own are answered and its replies taken: that depends on nobody else, so nobody waits for ever. A
// record that was begun could not be waited for like that, since it holds its memory until it is whole: those
// have a limit of their own.
void Connection::account() {
  constexpr i64 kStep = 64 << 10;
  if (const size_t pinned = state_ == State::open ? reader_.pinned() : 0; pinned != unfinished_)
    set_.note_unfinished(*this, std::exchange(unfinished_, pinned), pinned);
  const auto now = static_cast<i64>(bytes_in_flight() + rest_.n);
  const i64 change = now - accounted_;
  if (change == 0 || (now != 0 && change < kStep && change > -kStep)) return;
  accounted_ = now;
  net_.bytes.fetch_add(change, std::memory_order_relaxed);
}

// n bytes were taken in; a record was completed.
void Connection::note_input(size_t n, bool completed) {
  const bool begun = !in_record_ || completed;
  in_record_ = reader_.unfinished();
  if (!in_record_) return;
  input_bytes_ += n;
  if (!begun && input_bytes_ < ConnectionLimits::kProgress) return;
  input_since_ = last_activity_;
  input_bytes_ = 0;
}

bool Connection::stalled(Nanos now) const {
  if (!out_.empty() && now - output_since_ >= limits_.stall_timeout) return true;
  // Not while we are the one who does not read.
  if (reading_ && reader_.unfinished() && now - input_since_ >= limits_.stall_timeout) return true;
  return limits_.idle_timeout != 0 && in_flight_ == 0 && out_.empty() &&
         now - last_activity_ >= limits_.idle_timeout;
}

void Connection::watch_stall() {
  const Nanos now = loop_.clock().now();
  Nanos next = now + limits_.stall_timeout;
  if (!out_.empty()) next = std::min(next, output_since_ + limits_.stall_timeout);
  if (reading_ && reader_.unfinished()) next = std::min(next, input_since_ + limits_.stall_timeout);
  if (limits_.idle_timeout != 0) {
    const Nanos idle = last_activity_ + limits_.idle_timeout;
    next = std::min(next, idle > now ? idle : now + limits_.idle_timeout);  // past: a request is under way
  }
  stall_timer_ = loop_.after(next - now, [this] {
    stall_timer_ = 0;
    if (state_ != State::open) return;
    if (stalled(loop_.clock().now())) return close();
    watch_stall();
  });
}

}  // namespace dfs::net
