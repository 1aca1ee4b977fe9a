#include "protocols/nfs4/callback/back_channel.h"

#include <algorithm>

namespace dfs::nfs4 {

u32 BackChannel::highest_locked() const {
  u32 highest = 0;
  for (u32 i = 0; i < slots_.size(); ++i)
    if (slots_[i].busy) highest = i;
  return highest;
}

std::optional<BackChannel::Ticket> BackChannel::take(FunctionRef<bool(u64)> open) {
  std::lock_guard lock(mutex_);
  u32 at = 0;
  // A slot whose request is in doubt costs another exchange: one that is not in use is better.
  while (at < limit_ && at < slots_.size() && (slots_[at].busy || slots_[at].unanswered)) ++at;
  if (at == limit_) {
    at = 0;
    const auto waits = [&](const Slot& s) { return s.busy || (s.asked_over != 0 && open(s.asked_over)); };
    while (at < limit_ && waits(slots_[at])) ++at;
    if (at == limit_) return {};
  }
  if (at == slots_.size()) slots_.emplace_back();
  Slot& s = slots_[at];
  s.busy = true;
  return Ticket{at, s.sequence + 1, highest_locked(), s.unanswered};
}

void BackChannel::carried_out(const Ticket& t) {
  std::lock_guard lock(mutex_);
  slots_[t.slot] = {t.sequence, false, {}, 0};
}

void BackChannel::refused(const Ticket& t) {
  std::lock_guard lock(mutex_);
  slots_[t.slot].busy = false;
}

void BackChannel::in_doubt(const Ticket& t, const CbOps& ops, u64 connection) {
  std::lock_guard lock(mutex_);
  slots_[t.slot].busy = false;
  slots_[t.slot].unanswered = ops;
  slots_[t.slot].asked_over = connection;
}

void BackChannel::begin_anew(const Ticket& t) {
  std::lock_guard lock(mutex_);
  slots_[t.slot] = {};
}

void BackChannel::limit(u32 slots) {
  std::lock_guard lock(mutex_);
  limit_ = std::max(1u, std::min(limit_, slots));
}

u32 BackChannel::slots() const {
  std::lock_guard lock(mutex_);
  return limit_;
}

}  // namespace dfs::nfs4
