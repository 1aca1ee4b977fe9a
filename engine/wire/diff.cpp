#include "engine/wire/diff.h"

#include <fmt/format.h>

#include "engine/wire/access.h"
#include "engine/wire/print.h"

namespace dfs::wire {
namespace {

// Compares depth first and stops at the first difference; path_ is then where it is.
class Differ {
 public:
  bool same(const TypeDesc& t, const void* a, const void* b);

  std::string path;
  std::string what;  // "1 != 2"

 private:
  bool differ(std::string w) {
    what = std::move(w);
    return false;
  }
  bool part(const TypeDesc& t, const void* a, const void* b, std::string_view name) {
    const size_t outer = path.size();
    if (outer != 0 && name.front() != '[') path += '.';
    path += name;
    if (!same(t, a, b)) return false;
    path.resize(outer);
    return true;
  }
  bool arrays(const TypeDesc& t, const void* a, const void* b);
  bool unions(const TypeDesc& t, const void* a, const void* b);
  bool leaves(const TypeDesc& t, const void* a, const void* b);
};

bool Differ::same(const TypeDesc& t, const void* a, const void* b) {
  switch (t.kind) {
    case Kind::array_fixed:
    case Kind::array:
      return arrays(t, a, b);
    case Kind::optional: {
      const auto* x = get<const void*>(a);
      const auto* y = get<const void*>(b);
      if ((x == nullptr) != (y == nullptr))
        return differ(x == nullptr ? "absent != present" : "present != absent");
      return x == nullptr || same(*t.element, x, y);
    }
    case Kind::structure:
      for (u32 i = 0; i < t.field_count; ++i) {
        const FieldDesc& f = t.fields[i];
        if (!part(*f.type, at(a, f.offset), at(b, f.offset), f.name)) return false;
      }
      return true;
    case Kind::union_:
      return unions(t, a, b);
    case Kind::alias:
      return same(*t.element, a, b);
    default:
      return leaves(t, a, b);
  }
}

bool Differ::arrays(const TypeDesc& t, const void* a, const void* b) {
  const Elements x = elements(t, a), y = elements(t, b);
  const size_t step = t.element->size;
  for (u32 i = 0; i < x.size && i < y.size; ++i)
    if (!part(*t.element, x.data + i * step, y.data + i * step, fmt::format("[{}]", i))) return false;
  return x.size == y.size || differ(fmt::format("{} elements != {} elements", x.size, y.size));
}

bool Differ::unions(const TypeDesc& t, const void* a, const void* b) {
  if (!part(*t.element, at(a, t.discriminant_offset), at(b, t.discriminant_offset), t.discriminant))
    return false;
  const ArmDesc* arm = active_arm(t, a);
  if (arm == nullptr || arm->type == nullptr) return true;
  const void *x = arm_value(*arm, a), *y = arm_value(*arm, b);
  if (x == nullptr || y == nullptr) return x == y || differ("only one has its arm set");
  return part(*arm->type, x, y, arm->name);
}

bool Differ::leaves(const TypeDesc& t, const void* a, const void* b) {
  bool equal;
  switch (t.kind) {
    case Kind::opaque:
    case Kind::text:
      equal = get<Bytes>(a) == get<Bytes>(b);
      break;
    case Kind::payload:
      equal = get<Payload>(a) == get<Payload>(b);
      break;
    default:
      equal = std::memcmp(a, b, t.size) == 0;
  }
  return equal || differ(fmt::format("{} != {}", print_line(t, a), print_line(t, b)));
}

}  // namespace

std::string diff(const TypeDesc& type, const void* a, const void* b) {
  Differ differ;
  if (differ.same(type, a, b)) return {};
  return differ.path.empty() ? differ.what : differ.path + ": " + differ.what;
}

}  // namespace dfs::wire
