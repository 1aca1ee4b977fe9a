#pragma once

#include "engine/wire/desc.h"

namespace dfs::wire {

struct RandomLimits {
  u32 max_bytes = 40;    // of opaque data and text
  u32 max_elements = 4;  // of arrays and lists
  u32 max_depth = 6;     // of recursive types; deeper values take the shortest way out
};

// Random values of any type, as a decoder would accept them: within the bounds of the description, closed
// enumerations with one of their values (open ones now and then with another), every arm of a union about as
// often. The same seed gives the same values.
class RandomValues {
 public:
  explicit RandomValues(u64 seed, RandomLimits limits = {}) : state_(seed), limits_(limits) {}

  // `value`: type.size zeroed bytes; what it points to goes to the arena. False when that is at its limit.
  [[nodiscard]] bool fill(const TypeDesc& type, void* value, Arena& arena);

 private:
  u64 next();
  u32 below(u32 n) { return static_cast<u32>((next() >> 32) * n >> 32); }  // n > 0
  u64 interesting(u32 bits);

  bool value(const TypeDesc& t, u8* v, Arena& arena);
  bool structure(const TypeDesc& t, u8* v, Arena& arena);
  bool union_value(const TypeDesc& t, u8* v, Arena& arena);
  bool array(const TypeDesc& t, u8* v, Arena& arena);
  bool pointed(const TypeDesc& element, u8* pointer, Arena& arena);
  bool bytes(const TypeDesc& t, u8* v, Arena& arena);
  bool payload(const TypeDesc& t, u8* v, Arena& arena);
  i32 enumeration(const TypeDesc& t);
  i32 without_arm(const TypeDesc& u);
  const ArmDesc& arm(const TypeDesc& u);
  bool deep() const { return depth_ > limits_.max_depth; }

  u64 state_;
  RandomLimits limits_;
  u32 depth_ = 0;
};

}  // namespace dfs::wire
