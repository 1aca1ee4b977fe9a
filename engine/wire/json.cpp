#include "engine/wire/json.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/wire/access.h"
#include "engine/wire/text.h"

namespace dfs::wire {
namespace {

class Json {
 public:
  void value(const TypeDesc& t, const void* v);

  std::string out;

 private:
  template <class T>
  void number(T v) {
    fmt::format_to(std::back_inserter(out), "{}", v);
  }
  void floating(double v) {
    if (std::isfinite(v))
      number(v);
    else
      out += "null";  // JSON has no other word
  }
  void hex(const u8* p, u32 n) {
    for (u32 i = 0; i < n; ++i) fmt::format_to(std::back_inserter(out), "{:02x}", p[i]);
  }
  void hex_string(Bytes b) {
    out += '"';
    hex(b.data, b.size);
    out += '"';
  }
  void payload(const Payload& p) {
    out += '"';
    for (u32 i = 0; i < p.count; ++i) hex(p.pieces[i].data, p.pieces[i].size);
    out += '"';
  }
  void enumeration(const TypeDesc& t, i32 v) {
    if (const char* name = value_name(t, v))
      out.append("\"").append(name).append("\"");
    else
      number(v);
  }
  void member(const char* name, const TypeDesc& t, const void* v, bool first) {
    out.append(first ? "\"" : ", \"").append(name).append("\": ");
    value(t, v);
  }
  void array(const TypeDesc& t, const void* v);
  void structure(const TypeDesc& t, const void* v);
  void union_value(const TypeDesc& t, const void* v);
};

void Json::value(const TypeDesc& t, const void* v) {
  switch (t.kind) {
    case Kind::int32:
      return number(get<i32>(v));
    case Kind::uint32:
      return number(get<u32>(v));
    case Kind::int64:
      return number(get<i64>(v));
    case Kind::uint64:
      return number(get<u64>(v));
    case Kind::float32:
      return floating(get<float>(v));
    case Kind::float64:
      return floating(get<double>(v));
    case Kind::boolean:
      out += get<bool>(v) ? "true" : "false";
      return;
    case Kind::enumeration:
      return enumeration(t, get<i32>(v));
    case Kind::opaque_fixed:
      return hex_string({static_cast<const u8*>(v), t.bound});
    case Kind::opaque:
      return hex_string(get<Bytes>(v));
    case Kind::text:
      out += quoted(get<Text>(v).view(), Quoting::json);
      return;
    case Kind::payload:
      return payload(get<Payload>(v));
    case Kind::array_fixed:
    case Kind::array:
      return array(t, v);
    case Kind::optional:
      if (const auto* item = get<const void*>(v)) return value(*t.element, item);
      [[fallthrough]];
    case Kind::void_:
      out += "null";
      return;
    case Kind::structure:
      return structure(t, v);
    case Kind::union_:
      return union_value(t, v);
    case Kind::alias:
      return value(*t.element, v);
  }
}

void Json::array(const TypeDesc& t, const void* v) {
  const Elements items = elements(t, v);
  out += '[';
  for (u32 i = 0; i < items.size; ++i) {
    if (i != 0) out += ", ";
    value(*t.element, items.data + size_t{i} * t.element->size);
  }
  out += ']';
}

void Json::structure(const TypeDesc& t, const void* v) {
  out += '{';
  for (u32 i = 0; i < t.field_count; ++i)
    member(t.fields[i].name, *t.fields[i].type, at(v, t.fields[i].offset), i == 0);
  out += '}';
}

void Json::union_value(const TypeDesc& t, const void* v) {
  out += '{';
  member(t.discriminant, *t.element, at(v, t.discriminant_offset), true);
  const ArmDesc* arm = active_arm(t, v);
  const void* item = arm != nullptr && arm->type != nullptr ? arm_value(*arm, v) : nullptr;
  if (item != nullptr) member(arm->name, *arm->type, item, false);
  out += '}';
}

}  // namespace

std::string to_json(const TypeDesc& type, const void* value) {
  Json json;
  json.value(type, value);
  return std::move(json.out);
}

}  // namespace dfs::wire
