#pragma once

#include <mutex>
#include <random>

#include "engine/base/bytes.h"

namespace dfs {

// The only source of randomness: seeded, so that a run can be repeated. Thread-safe. Keys that protect a
// durable store are drawn from secure_random_bytes() instead, unless a seed was asked for.
class Random {
 public:
  explicit Random(u64 seed) : engine_(seed), seed_(seed) {}
  u64 next() {
    std::lock_guard lock(mutex_);
    return engine_();
  }
  // Uniform in [0, bound); bound > 0.
  u64 below(u64 bound) { return next() % bound; }
  // In [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  void fill(void* out, size_t n);
  u64 seed() const { return seed_; }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
  u64 seed_;
};

// From the operating system.
void secure_random_bytes(void* out, size_t n);

}  // namespace dfs
