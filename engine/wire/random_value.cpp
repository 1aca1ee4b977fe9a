#include "engine/wire/random_value.h"

#include <algorithm>

#include "engine/wire/access.h"

namespace dfs::wire {

// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators"): 10,000 values of every
// type are drawn in each test run, so a draw must cost nothing.
u64 RandomValues::next() {
  u64 z = (state_ += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

// Numbers near the edges as often as others.
u64 RandomValues::interesting(u32 bits) {
  const u64 mask = bits == 64 ? ~u64{0} : (u64{1} << bits) - 1;
  switch (below(4)) {
    case 0:
      return below(16);
    case 1:
      return mask - below(16);
    case 2:
      return (u64{1} << below(bits)) - below(2);
    default:
      return next() & mask;
  }
}

bool RandomValues::fill(const TypeDesc& type, void* v, Arena& arena) {
  depth_ = 0;
  return value(type, static_cast<u8*>(v), arena);
}

bool RandomValues::value(const TypeDesc& t, u8* v, Arena& arena) {
  switch (t.kind) {
    case Kind::int32:
    case Kind::uint32:
      put(v, static_cast<u32>(interesting(32)));
      return true;
    case Kind::int64:
    case Kind::uint64:
      put(v, interesting(64));
      return true;
    case Kind::float32:
      put(v, static_cast<float>(static_cast<i32>(next())) / 1024);
      return true;
    case Kind::float64:
      put(v, static_cast<double>(static_cast<i64>(next())) / 1024);
      return true;
    case Kind::boolean:
      put(v, below(2) == 1);
      return true;
    case Kind::enumeration:
      put(v, enumeration(t));
      return true;
    case Kind::opaque_fixed:
      for (u32 i = 0; i < t.bound; ++i) v[i] = static_cast<u8>(next());
      return true;
    case Kind::opaque:
    case Kind::text:
      return bytes(t, v, arena);
    case Kind::payload:
      return payload(t, v, arena);
    case Kind::array_fixed:
    case Kind::array:
      return array(t, v, arena);
    case Kind::optional:
      return deep() || below(2) == 0 || pointed(*t.element, v, arena);
    case Kind::structure:
      return structure(t, v, arena);
    case Kind::union_:
      return union_value(t, v, arena);
    case Kind::alias:
      return value(*t.element, v, arena);
    case Kind::void_:
      return true;
  }
  return false;
}

bool RandomValues::structure(const TypeDesc& t, u8* v, Arena& arena) {
  depth_ += t.recursive ? 1 : 0;
  for (u32 i = 0; i < t.field_count; ++i)
    if (!value(*t.fields[i].type, v + t.fields[i].offset, arena)) return false;
  depth_ -= t.recursive ? 1 : 0;
  return true;
}

bool RandomValues::union_value(const TypeDesc& t, u8* v, Arena& arena) {
  depth_ += t.recursive ? 1 : 0;
  const ArmDesc& chosen = arm(t);
  set_discriminant(t, v, chosen.is_default ? without_arm(t) : chosen.value);
  const ArmDesc* active = active_arm(t, v);  // the default arm when nothing else was left for it
  if (active != nullptr && active->type != nullptr) {
    u8* place = v + active->offset;
    if (!(active->boxed ? pointed(*active->type, place, arena) : value(*active->type, place, arena)))
      return false;
  }
  depth_ -= t.recursive ? 1 : 0;
  return true;
}

const ArmDesc& RandomValues::arm(const TypeDesc& u) {
  if (deep()) {
    const auto ends = [](const ArmDesc& a) { return a.type == nullptr || !behind(*a.type).recursive; };
    const ArmDesc* end = u.arms + u.arm_count;
    if (const ArmDesc* found = std::find_if(u.arms, end, ends); found != end) return *found;
  }
  return u.arms[below(u.arm_count)];
}

// A discriminant that selects the default arm, if its type has one.
i32 RandomValues::without_arm(const TypeDesc& u) {
  const TypeDesc& t = behind(*u.element);
  const auto draw = [&]() -> i32 {
    if (t.kind == Kind::boolean) return static_cast<i32>(below(2));
    return t.kind == Kind::enumeration ? enumeration(t) : static_cast<i32>(interesting(32));
  };
  i32 d = draw();
  for (int i = 0; i < 64 && !arm_for(u, d)->is_default; ++i) d = draw();
  return d;
}

i32 RandomValues::enumeration(const TypeDesc& t) {
  if (t.open && below(8) == 0) return static_cast<i32>(next());
  return t.values[below(t.value_count)].value;
}

bool RandomValues::array(const TypeDesc& t, u8* v, Arena& arena) {
  const size_t step = t.element->size;
  u32 n = t.bound;
  u8* items = v;
  if (t.kind == Kind::array) {
    n = deep() ? 0 : below(std::min(t.bound, limits_.max_elements) + 1);
    items = n == 0 ? nullptr : static_cast<u8*>(arena.alloc(n * step, t.element->align));
    if (n != 0 && items == nullptr) return false;
    put(v, Array<u8>{items, n});
  }
  for (u32 i = 0; i < n; ++i)
    if (!value(*t.element, items + i * step, arena)) return false;
  return true;
}

bool RandomValues::pointed(const TypeDesc& element, u8* pointer, Arena& arena) {
  auto* item = static_cast<u8*>(arena.alloc(element.size, element.align));
  if (item == nullptr) return false;
  put<const void*>(pointer, item);
  return value(element, item, arena);
}

bool RandomValues::bytes(const TypeDesc& t, u8* v, Arena& arena) {
  const u32 n = below(std::min(t.bound, limits_.max_bytes) + 1);
  u8* p = n == 0 ? nullptr : static_cast<u8*>(arena.alloc(n, 1));
  if (n != 0 && p == nullptr) return false;
  // Mostly what names are made of, sometimes any byte.
  const bool printable = t.kind == Kind::text && below(4) != 0;
  for (u32 i = 0; i < n; ++i) p[i] = printable ? static_cast<u8>('a' + below(26)) : static_cast<u8>(next());
  put(v, Bytes{p, n});
  return true;
}

bool RandomValues::payload(const TypeDesc& t, u8* v, Arena& arena) {
  if (!bytes(t, v, arena)) return false;
  const auto whole = get<Bytes>(v);
  if (whole.size == 0) {
    put(v, Payload{});
    return true;
  }
  // One to three pieces, some of them empty.
  const u32 count = 1 + below(3);
  auto* pieces = arena.make<IoPiece>(count);
  if (pieces == nullptr) return false;
  u32 begin = 0;
  for (u32 i = 0; i < count; ++i) {
    const u32 size = i + 1 == count ? whole.size - begin : below(whole.size - begin + 1);
    pieces[i] = {whole.data + begin, size};
    begin += size;
  }
  put(v, Payload{pieces, count, whole.size});
  return true;
}

}  // namespace dfs::wire
