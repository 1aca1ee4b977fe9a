#include "engine/loop/waits.h"

#include <algorithm>

namespace dfs {

bool Waits::Wait::await_suspend(std::coroutine_handle<> h) {
  home_ = Loop::current();
  DFS_CHECK(home_ != nullptr);
  task_ = h;
  {
    std::lock_guard lock(of_.mutex_);
    if (of_.stopped_) how_ = Woken::stopped;
    if (of_.stopped_ || (word_ != nullptr && word_->load(std::memory_order_acquire) != seen_)) return false;
    of_.waiting_.push_back(this);
  }
  // Whoever wakes us meanwhile does it by a message to this loop, which is read later.
  timer_ = home_->after(limit_, [this] {
    timer_ = 0;
    if (!of_.remove(*this)) return;  // the message is on its way
    how_ = Woken::timed_out;
    task_.resume();
  });
  return true;
}

bool Waits::remove(Wait& w) {
  std::lock_guard lock(mutex_);
  return std::erase(waiting_, &w) != 0;
}

void Waits::resume(Wait& w, Woken how) {
  w.home_->submit([&w, how] {
    if (w.timer_ != 0) w.home_->cancel(std::exchange(w.timer_, 0));
    w.how_ = how;
    w.task_.resume();
  });
}

void Waits::change(std::atomic<u32>& word) {
  std::lock_guard lock(mutex_);
  word.fetch_add(1, std::memory_order_release);
  std::erase_if(waiting_, [&](Wait* w) {
    if (w->word_ != &word) return false;
    resume(*w, Woken::changed);
    return true;
  });
}

void Waits::stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  for (Wait* w : waiting_) resume(*w, Woken::stopped);
  waiting_.clear();
}

}  // namespace dfs
