#include <algorithm>

#include "engine/wire/access.h"
#include "engine/wire/codec.h"
#include "engine/wire/table_codec.h"

namespace dfs::wire {
namespace {

bool decode_value(const TypeDesc& t, Reader& r, void* v);

// n zeroed elements in the arena.
bool allocate(const TypeDesc& element, Reader& r, u32 n, u8*& out) {
  out = nullptr;
  if (n == 0) return true;
  out = static_cast<u8*>(r.arena().alloc(size_t{n} * element.size, element.align));
  return out != nullptr || r.fail(DecodeErrorKind::out_of_memory);
}

bool decode_enumeration(const TypeDesc& t, Reader& r, void* v) {
  i32 raw;
  if (!r.i32(raw)) return false;
  if (!t.open && value_name(t, raw) == nullptr) return r.fail(DecodeErrorKind::bad_enum, 4);
  put(v, raw);
  return true;
}

bool decode_elements(const TypeDesc& element, Reader& r, u8* items, u32 n) {
  for (u32 i = 0; i < n; ++i)
    if (!decode_value(element, r, items + size_t{i} * element.size)) return false;
  return true;
}

bool decode_array(const TypeDesc& t, Reader& r, void* v) {
  u32 n;
  u8* items;
  if (!r.count(n, t.bound, t.element->min_wire)) return false;
  if (!allocate(*t.element, r, n, items)) return false;
  if (!decode_elements(*t.element, r, items, n)) return false;
  put(v, Array<u8>{items, n});
  return true;
}

bool decode_linked(const TypeDesc& t, Reader& r, void* v) {
  const size_t step = t.element->size;
  u8* items = nullptr;
  u32 size = 0, capacity = 0;
  for (;;) {
    bool more;
    if (!r.boolean(more)) return false;
    if (!more) break;
    if (size == capacity) {
      u8* grown;
      capacity = std::max(8u, capacity * 2);
      if (!allocate(*t.element, r, capacity, grown)) return false;
      std::copy_n(items, size * step, grown);
      items = grown;
    }
    if (!decode_value(*t.element, r, items + size * step)) return false;
    ++size;
  }
  put(v, Array<u8>{items, size});
  return true;
}

bool decode_optional(const TypeDesc& t, Reader& r, void* v) {
  bool present;
  if (!r.boolean(present)) return false;
  u8* item = nullptr;
  if (present && (!allocate(*t.element, r, 1, item) || !decode_value(*t.element, r, item))) return false;
  put<const void*>(v, item);
  return true;
}

bool decode_structure(const TypeDesc& t, Reader& r, void* v) {
  for (u32 i = 0; i < t.field_count; ++i)
    if (!decode_value(*t.fields[i].type, r, at(v, t.fields[i].offset))) return false;
  return true;
}

bool decode_union(const TypeDesc& t, Reader& r, void* v) {
  if (!decode_value(*t.element, r, at(v, t.discriminant_offset))) return false;
  const ArmDesc* arm = active_arm(t, v);
  if (arm == nullptr) return r.fail(DecodeErrorKind::bad_arm, 4);
  if (arm->type == nullptr) return true;
  if (!arm->boxed) return decode_value(*arm->type, r, at(v, arm->offset));
  u8* item;
  if (!allocate(*arm->type, r, 1, item)) return false;
  put<const void*>(at(v, arm->offset), item);
  return decode_value(*arm->type, r, item);
}

template <class T>
bool decode_scalar(Reader& r, bool (Reader::*read)(T&), void* v) {
  T scalar;
  if (!(r.*read)(scalar)) return false;
  put(v, scalar);
  return true;
}

template <class T>
bool decode_bytes(Reader& r, bool (Reader::*read)(T&, u32), u32 bound, void* v) {
  T bytes;
  if (!(r.*read)(bytes, bound)) return false;
  put(v, bytes);
  return true;
}

bool decode_value(const TypeDesc& t, Reader& r, void* v) {
  switch (t.kind) {
    case Kind::int32:
      return decode_scalar(r, &Reader::i32, v);
    case Kind::uint32:
      return decode_scalar(r, &Reader::u32, v);
    case Kind::int64:
      return decode_scalar(r, &Reader::i64, v);
    case Kind::uint64:
      return decode_scalar(r, &Reader::u64, v);
    case Kind::float32:
      return decode_scalar(r, &Reader::f32, v);
    case Kind::float64:
      return decode_scalar(r, &Reader::f64, v);
    case Kind::boolean:
      return decode_scalar(r, &Reader::boolean, v);
    case Kind::enumeration:
      return decode_enumeration(t, r, v);
    case Kind::opaque_fixed:
      return read_fixed(r, static_cast<u8*>(v), t.bound);
    case Kind::opaque:
      return decode_bytes(r, &Reader::opaque, t.bound, v);
    case Kind::text:
      return decode_bytes(r, &Reader::text, t.bound, v);
    case Kind::payload:
      return decode_bytes(r, &Reader::payload, t.bound, v);
    case Kind::array_fixed:
      return decode_elements(*t.element, r, static_cast<u8*>(v), t.bound);
    case Kind::array:
      return t.linked ? decode_linked(t, r, v) : decode_array(t, r, v);
    case Kind::optional:
      return decode_optional(t, r, v);
    case Kind::structure:
    case Kind::union_: {
      if (!t.recursive) return t.kind == Kind::union_ ? decode_union(t, r, v) : decode_structure(t, r, v);
      Nesting nesting(r);
      return nesting.allowed() &&
             (t.kind == Kind::union_ ? decode_union(t, r, v) : decode_structure(t, r, v));
    }
    case Kind::alias:
      return decode_value(*t.element, r, v);
    case Kind::void_:
      return true;
  }
  return false;
}

}  // namespace

bool table_decode(const TypeDesc& type, Reader& r, void* value) { return decode_value(type, r, value); }

}  // namespace dfs::wire
