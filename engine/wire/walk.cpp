#include "engine/wire/walk.h"

#include <fmt/format.h>

#include "engine/wire/access.h"

namespace dfs::wire {
namespace {

class Walker {
 public:
  explicit Walker(FunctionRef<bool(const WalkStep&)> visit) : visit_(visit) {}

  void value(const TypeDesc& t, const void* v) {
    if (visit_({path_, t, v})) parts(behind(t), v);
  }

 private:
  void named(const TypeDesc& t, const void* v, std::string_view name) {
    const size_t outer = path_.size();
    if (outer != 0) path_ += '.';
    path_ += name;
    value(t, v);
    path_.resize(outer);
  }
  void parts(const TypeDesc& t, const void* v);
  void items(const TypeDesc& t, const void* v);
  void arm(const TypeDesc& t, const void* v);

  FunctionRef<bool(const WalkStep&)> visit_;
  std::string path_;
};

void Walker::parts(const TypeDesc& t, const void* v) {
  switch (t.kind) {
    case Kind::array_fixed:
    case Kind::array:
      return items(t, v);
    case Kind::optional:
      if (const auto* item = get<const void*>(v)) value(*t.element, item);
      return;
    case Kind::structure:
      for (u32 i = 0; i < t.field_count; ++i)
        named(*t.fields[i].type, at(v, t.fields[i].offset), t.fields[i].name);
      return;
    case Kind::union_:
      named(*t.element, at(v, t.discriminant_offset), t.discriminant);
      return arm(t, v);
    default:
      return;
  }
}

void Walker::items(const TypeDesc& t, const void* v) {
  const Elements all = elements(t, v);
  const size_t outer = path_.size();
  for (u32 i = 0; i < all.size; ++i) {
    fmt::format_to(std::back_inserter(path_), "[{}]", i);
    value(*t.element, all.data + size_t{i} * t.element->size);
    path_.resize(outer);
  }
}

void Walker::arm(const TypeDesc& t, const void* v) {
  const ArmDesc* active = active_arm(t, v);
  if (active == nullptr || active->type == nullptr) return;
  if (const void* item = arm_value(*active, v)) named(*active->type, item, active->name);
}

}  // namespace

void walk(const TypeDesc& type, const void* value, FunctionRef<bool(const WalkStep&)> visit) {
  Walker(visit).value(type, value);
}

}  // namespace dfs::wire
