#pragma once

#include "engine/wire/desc.h"

// Values in memory as their TypeDesc describes them: what every algorithm over TypeDesc reads and writes
// through.
namespace dfs::wire {

template <class T>
T get(const void* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class T>
void put(void* p, const T& v) {
  std::memcpy(p, &v, sizeof v);
}

inline const u8* at(const void* value, size_t offset) { return static_cast<const u8*>(value) + offset; }
inline u8* at(void* value, size_t offset) { return static_cast<u8*>(value) + offset; }

// What typedefs stand for.
inline const TypeDesc& behind(const TypeDesc& type) {
  const TypeDesc* t = &type;
  while (t->kind == Kind::alias) t = t->element;
  return *t;
}

// The elements of an Array<T> or of T[n], `element.size` bytes apart.
struct Elements {
  const u8* data;
  u32 size;
};
inline Elements elements(const TypeDesc& array, const void* value) {
  if (array.kind == Kind::array_fixed) return {static_cast<const u8*>(value), array.bound};
  const auto a = get<Array<u8>>(value);  // every Array<T> is a pointer and a count
  return {a.data, a.size};
}

// A union's discriminant as the table writes it: unsigned values as the i32 with the same bits.
inline i32 discriminant(const TypeDesc& u, const void* value) {
  const u8* p = at(value, u.discriminant_offset);
  return behind(*u.element).kind == Kind::boolean ? get<bool>(p) : get<i32>(p);
}
inline void set_discriminant(const TypeDesc& u, void* value, i32 d) {
  u8* p = at(value, u.discriminant_offset);
  if (behind(*u.element).kind == Kind::boolean)
    put<bool>(p, d != 0);
  else
    put<i32>(p, d);
}

// The arm that a discriminant selects; nullptr when there is none.
inline const ArmDesc* arm_for(const TypeDesc& u, i32 d) {
  for (u32 i = 0; i < u.arm_count; ++i)
    if (u.arms[i].is_default || u.arms[i].value == d) return &u.arms[i];  // the default arm is the last
  return nullptr;
}
inline const ArmDesc* active_arm(const TypeDesc& u, const void* value) {
  return arm_for(u, discriminant(u, value));
}
// Where an arm's value is; nullptr for a boxed arm that nobody set.
inline const void* arm_value(const ArmDesc& arm, const void* value) {
  const u8* p = at(value, arm.offset);
  return arm.boxed ? get<const void*>(p) : p;
}

// The name of an enumeration's value; nullptr for one it does not have.
inline const char* value_name(const TypeDesc& enumeration, i32 v) {
  for (u32 i = 0; i < enumeration.value_count; ++i)
    if (enumeration.values[i].value == v) return enumeration.values[i].name;
  return nullptr;
}

}  // namespace dfs::wire
