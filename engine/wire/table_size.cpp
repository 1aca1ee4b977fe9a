#include "engine/wire/access.h"
#include "engine/wire/codec.h"
#include "engine/wire/table_codec.h"

namespace dfs::wire {
namespace {

size_t array_size(const TypeDesc& t, const void* v) {
  const Elements items = elements(t, v);
  size_t n = t.kind == Kind::array ? 4 : 0;
  for (u32 i = 0; i < items.size; ++i)
    n += (t.linked ? 4 : 0) + table_encoded_size(*t.element, items.data + size_t{i} * t.element->size);
  return n;
}

size_t union_size(const TypeDesc& t, const void* v) {
  const ArmDesc* arm = active_arm(t, v);
  const void* item = arm != nullptr && arm->type != nullptr ? arm_value(*arm, v) : nullptr;
  return 4 + (item != nullptr ? table_encoded_size(*arm->type, item) : 0);
}

}  // namespace

size_t table_encoded_size(const TypeDesc& t, const void* v) {
  switch (t.kind) {
    case Kind::opaque:
    case Kind::text:
      return 4 + padded(get<Bytes>(v).size);
    case Kind::payload:
      return 4 + padded(get<Payload>(v).size);
    case Kind::array_fixed:
    case Kind::array:
      return array_size(t, v);
    case Kind::optional: {
      const auto* item = get<const void*>(v);
      return 4 + (item != nullptr ? table_encoded_size(*t.element, item) : 0);
    }
    case Kind::structure: {
      size_t n = 0;
      for (u32 i = 0; i < t.field_count; ++i)
        n += table_encoded_size(*t.fields[i].type, at(v, t.fields[i].offset));
      return n;
    }
    case Kind::union_:
      return union_size(t, v);
    case Kind::alias:
      return table_encoded_size(*t.element, v);
    default:
      return t.min_wire;  // numbers, enumerations, opaque[n]: always the same
  }
}

}  // namespace dfs::wire
