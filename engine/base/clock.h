#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/function_ref.h"

namespace dfs {

using Nanos = i64;  // a duration or a point on a clock's own axis, in nanoseconds
constexpr Nanos kMicrosecond = 1'000, kMillisecond = 1'000'000, kSecond = 1'000'000'000;

// Time of day as file attributes carry it: seconds and nanoseconds since 1970-01-01 UTC.
struct WallTime {
  i64 sec = 0;
  u32 nsec = 0;
  auto operator<=>(const WallTime&) const = default;
};

// Where all time comes from. now() is monotonic and drives every timer; wall() is for attributes.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Nanos now() const = 0;
  virtual WallTime wall() const = 0;
  // True when time passes by itself; a ManualClock only moves by advance().
  virtual bool real() const = 0;

  // Called after every advance() of a manual clock, on the advancing thread, with the new time; it must
  // return only when the timers due by then have run. Returns a token for unsubscribe().
  virtual int subscribe(UniqueFunction<void(Nanos)>) { return 0; }
  virtual void unsubscribe(int) {}
};

class RealClock final : public Clock {
 public:
  Nanos now() const override;
  WallTime wall() const override;
  bool real() const override { return true; }
};

// Starts at a fixed instant and moves only when told to. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start = {1'700'000'000, 0}) : start_(start) {}
  Nanos now() const override { return now_.load(std::memory_order_acquire); }
  WallTime wall() const override;
  bool real() const override { return false; }

  // Moves time forward by `by`, stopping at each due timer in order (the subscribers say when the next is
  // due).
  void advance(Nanos by);

  int subscribe(UniqueFunction<void(Nanos)> listener) override;
  void unsubscribe(int token) override;
  // The earliest deadline any subscriber holds; set by the subscribers' timer queues through note_deadline().
  void set_next_deadline(int token, Nanos deadline);

 private:
  struct Listener {
    int token;
    Nanos next;  // earliest deadline, or INT64_MAX
    UniqueFunction<void(Nanos)> run;
  };
  WallTime start_;
  std::atomic<Nanos> now_{0};
  std::recursive_mutex mutex_;  // serialises advance(); recursive: a timer may set the next deadline
  std::mutex deadlines_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  int next_token_ = 1;
};

}  // namespace dfs
