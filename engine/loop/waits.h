#pragma once

#include <atomic>
#include <coroutine>
#include <mutex>
#include <vector>

#include "engine/loop/loop.h"

namespace dfs {

// Coroutines that wait until a word changes, until a time has passed, or until their server stops: a futex.
// Each is resumed on the loop where it began to wait. Thread-safe.
//
//   const u32 seen = word.load();
//   if (!done()) co_await waits.until_changed(word, seen, limit);      // never misses what came in between
//
// What it comes to is kept in a variable first: g++ 12 copies what is awaited inside of a condition, and nobody
// wakes the copy.
class Waits {
 public:
  enum class Woken : u8 { changed, timed_out, stopped };
  class [[nodiscard]] Wait;

  Waits() = default;
  Waits(const Waits&) = delete;
  ~Waits() { DFS_CHECK(waiting_.empty()); }

  // At most `limit`, by the loop's clock. On a loop's thread.
  Wait until_changed(const std::atomic<u32>& word, u32 seen, Nanos limit);
  // Until the time has passed: timed_out, or stopped.
  Wait pause(Nanos limit);

  // The word is another one now; who waits for it goes on.
  void change(std::atomic<u32>& word);
  // Everybody goes on, and nobody waits any more.
  void stop();
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }

 private:
  friend class Wait;
  bool remove(Wait& w);
  static void resume(Wait& w, Woken how);

  std::mutex mutex_;
  std::vector<Wait*> waiting_;  // changes under mutex_
  std::atomic<bool> stopped_{false};
};

class Waits::Wait {
 public:
  Wait(Waits& of, const std::atomic<u32>* word, u32 seen, Nanos limit)
      : of_(of), word_(word), seen_(seen), limit_(limit) {}

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> h);
  Woken await_resume() const noexcept { return how_; }

 private:
  friend class Waits;
  Waits& of_;
  const std::atomic<u32>* const word_;
  const u32 seen_;
  const Nanos limit_;
  std::coroutine_handle<> task_;
  Loop* home_ = nullptr;
  Timers::Id timer_ = 0;  // on the home loop's thread
  Woken how_ = Woken::changed;
};

inline Waits::Wait Waits::until_changed(const std::atomic<u32>& word, u32 seen, Nanos limit) {
  return Wait(*this, &word, seen, limit);
}
inline Waits::Wait Waits::pause(Nanos limit) { return Wait(*this, nullptr, 0, limit); }

}  // namespace dfs
