#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <random>

#include "engine/base/bytes.h"

namespace dfs {

// The only source of randomness: seeded, so that a run can be repeated. Thread-safe. Keys that protect a
// durable store are drawn from secure_random_bytes() instead, unless a seed was asked for.
class Random {
 public:
  explicit Random(u64 seed) : engine_(seed), seed_(seed) {}
  u64 next() {
    if (Tap* tap = tap_.load(std::memory_order_relaxed); tap != nullptr) [[unlikely]]
      if (const std::optional<u64> given = tap->draw()) return *given;
    return untapped();
  }
  // Uniform in [0, bound); bound > 0.
  u64 below(u64 bound) { return next() % bound; }
  // In [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  void fill(void* out, size_t n);
  u64 seed() const { return seed_; }

  // Gives numbers in the place of those that would be drawn.
  class Tap {
   public:
    virtual ~Tap() = default;
    virtual std::optional<u64> draw() = 0;
  };
  // nullptr: none. Not owned.
  void set_tap(Tap* tap) { tap_.store(tap); }
  // What a tap draws itself, and whoever is asked by one.
  u64 untapped() {
    std::lock_guard lock(mutex_);
    return engine_();
  }

 private:
  std::atomic<Tap*> tap_{nullptr};
  std::mutex mutex_;
  std::mt19937_64 engine_;
  u64 seed_;
};

// From the operating system.
void secure_random_bytes(void* out, size_t n);

}  // namespace dfs
