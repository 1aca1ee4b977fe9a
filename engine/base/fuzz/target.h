#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/function_ref.h"

// What a fuzz target is: one function over any bytes, and where to begin. Built with clang it is a libFuzzer
// program (`./dev fuzz`); built by any compiler it is a test that runs its seeds, mutations of them, and
// every input that once failed (cmake/Fuzz.cmake).
namespace dfs::fuzz {

// Defined once by each target.
//
// Must return whatever the bytes are; a finding ends the process (require, a sanitizer, DFS_CHECK).
void run(Bytes input);
// Small valid inputs, from which mutations start.
void seeds(FunctionRef<void(std::string_view)> give);

template <class... Args>
void require(bool good, fmt::format_string<Args...> what, Args&&... args) {
  if (good) return;
  fmt::print(stderr, "fuzz: {}\n", fmt::format(what, std::forward<Args>(args)...));
  std::fflush(stderr);
  std::abort();
}

// Small numbers from the front of an input; what is left is the body. An input that is too short has zeros.
class Front {
 public:
  explicit Front(Bytes input) : input_(input) {}
  u8 byte() {
    if (input_.size == 0) return 0;
    const u8 b = *input_.data;
    ++input_.data;
    --input_.size;
    return b;
  }
  u32 two_bytes() {
    const u32 high = byte();
    return high << 8 | byte();
  }
  Bytes rest() const { return input_; }

 private:
  Bytes input_;
};

// A repeatable sequence drawn from a seed (splitmix64).
class Sequence {
 public:
  explicit Sequence(u64 seed) : state_(seed) {}
  u64 next() {
    u64 z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  u32 below(u32 n) { return static_cast<u32>((next() >> 32) * n >> 32); }  // n > 0

 private:
  u64 state_;
};

}  // namespace dfs::fuzz
